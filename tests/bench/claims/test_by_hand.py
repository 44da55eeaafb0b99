"""Three claims computed from the exported long table with pandas and numpy alone."""

import math

import numpy as np
import pytest
from scipy import stats

from bench.analysis.experiment import experiment_results
from bench.analysis.leaderboard import usual_settings
from bench.claims import Evidence, judge
from bench.config.claim import Claim
from bench.config.compose import Experiment
from bench.config.view import View
from bench.run.cell import base_record
from bench.store.long_table import long_table
from bench.store.store import Store

MEANS = {
    "dot": {"linear": 0.80, "latent": 0.70, "regular": 0.95},
    "pcmci": {"linear": 0.85, "latent": 0.60, "regular": 0.30},
    "var": {"linear": 0.75, "latent": 0.50, "regular": 0.35},
}
SEEDS = {"linear": 4, "latent": 2, "regular": 3}


@pytest.fixture(scope="module")
def measured(small, tmp_path_factory):
    """The long table of three methods on three kinds of system, and the evidence from it."""
    rng, store, cells = np.random.default_rng(4), Store(tmp_path_factory.mktemp("s")), []
    for method, means in MEANS.items():
        for simulator, mean in means.items():
            for seed in range(SEEDS[simulator]):
                cells.append(small.cell(method, seed, simulator))
                f1 = mean + rng.normal(0, 0.03)
                store.write(base_record(cells[-1], **small.record(f1)))
    results = experiment_results(Experiment("e", "", cells, View()), store.read)
    evidence = Evidence([results], {c.key: c for c in cells}, usual_settings(cells))
    table = long_table(store)
    wide = table[table["metric"] == "auprc"].pivot_table(
        index=["simulator", "seed"], columns="method", values="value"
    )
    return wide, evidence


def by_hand(values):
    """Return mean, ends and the function of p-values: pooled where that variance is larger."""
    groups = [each.to_numpy() for _, each in values.groupby(level="simulator")]
    n = np.array([len(each) for each in groups])
    squares = np.array([((each - each.mean()) ** 2).sum() for each in groups])
    own = squares / (n - 1) / n / len(n) ** 2
    pooled = squares / (n - 1).sum() * (1 / n).sum() / len(n) ** 2
    parts = pooled if pooled.sum() > own.sum() else own
    freedom = parts.sum() ** 2 / (parts**2 / (n + 1)).sum() - 2
    freedom = min(max(freedom, (n - 1).min()), (n - 1).sum())
    mean, error = np.mean([each.mean() for each in groups]), math.sqrt(parts.sum())
    half = stats.t.ppf(0.975, freedom) * error

    def p_value(bound):
        return 2 * stats.t.sf(abs(mean - bound) / error, freedom)

    return mean, mean - half, mean + half, p_value


def test_three_claims_are_those_of_the_long_table(measured):
    wide, evidence = measured
    claims = [
        Claim(metric="auprc", above=0.7),
        Claim(metric="auprc", against=["var", "pcmci"], above=0),
        Claim(metric="auprc", where={"simulator": "linear"}, against=["pcmci"], above=0.3),
    ]
    score, all_of_them, one = (v.readings[""] for v in judge(claims, evidence))
    expected = by_hand(wide["dot"])
    assert (score.compared.mean, score.compared.low, score.compared.high) == pytest.approx(
        expected[:3]
    )
    rivals = {name: by_hand(wide["dot"] - wide[name]) for name in ("var", "pcmci")}
    strongest = min(rivals, key=lambda name: rivals[name][0])
    assert all_of_them.rival == strongest == "pcmci"
    assert (all_of_them.compared.mean, all_of_them.compared.low) == pytest.approx(
        rivals[strongest][:2]
    )
    means = wide.groupby(level="simulator").mean().mean()
    assert all_of_them.score.mean == pytest.approx(means["dot"])
    assert all_of_them.rival_score == pytest.approx(means["pcmci"])
    apart = (wide["dot"] - wide["pcmci"])["linear"]
    student = stats.ttest_1samp(apart, 0.3)
    low, high = student.confidence_interval()
    assert (one.compared.low, one.compared.high) == pytest.approx((low, high))
    raw = [expected[3](0.7), max(rivals[name][3](0) for name in rivals), student.pvalue]
    holm, order = np.empty(3), np.argsort(raw)
    holm[order] = np.maximum.accumulate(np.sort(raw) * [3, 2, 1]).clip(max=1)
    assert [score.p_value, all_of_them.p_value, one.p_value] == pytest.approx(holm)
