"""Claims of profiles: each finds its cells, and the files hold every verdict."""

import numpy as np
import pandas as pd
import pytest

from bench.analysis.experiment import experiment_results
from bench.analysis.leaderboard import usual_settings
from bench.claims import Evidence, judge
from bench.config.cell import Cell
from bench.config.claim import Claim
from bench.config.compose import Experiment, profile
from bench.config.view import View
from bench.report.ablation import write_ablation
from bench.report.claims import flat, write_claims
from bench.run.cell import base_record
from bench.store.store import Store

OTHERS = ("var", "pcmci", "correlation", "sortability", "persistence")
METHODS = {"dot": {"attribution": "score_energy"}, **{name: {} for name in OTHERS}}


def cell(method, seed, *, simulator="linear", params=None, axes=None):
    return Cell(
        simulator=simulator,
        method=method,
        kind="structural",
        simulator_params={"name": simulator, **(axes or {})},
        method_params=METHODS[method] | (params or {}),
        n_samples=100,
        seed=seed,
        regimes="own",
        axes=axes or {},
    )


class Records:
    """A store that is filled by hand, and the cells in it."""

    def __init__(self, folder):
        self.store, self.cells = Store(folder), []

    def add(self, cell, scope="union", **values):
        """Write a record with these metrics, an oracle of all having 0.8."""
        metrics = {
            f"window/{scope}/{name.replace('_at_', '@')}": {
                "value": value,
                "floor": 0.1,
                "ceiling": 0.8,
            }
            for name, value in values.items()
        }
        known = {"status": "ok", "metrics": metrics, "cost": {"cpu_seconds": 2.0}}
        self.store.write(base_record(cell, **known))
        self.cells.append(cell)

    def judge(self, *claims):
        planned = Experiment("e", "", self.cells, View())
        metrics = {claim.metric for claim in claims}
        results = experiment_results(planned, self.store.read, metrics)
        cells = {cell.key: cell for cell in self.cells}
        return judge(claims, Evidence([results], cells, usual_settings(self.cells)))


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path)


def test_a_ratio_is_taken_system_by_system(records):
    for seed, f1 in enumerate((0.6, 0.8)):
        records.add(cell("dot", seed), f1_at_top3=f1)
    claim = Claim(metric="f1@top3", of_oracle=True, at_least=0.87, published=0.4)
    (verdict,) = records.judge(claim)
    reading = verdict.readings[""]
    assert reading.compared.mean == pytest.approx((0.75 + 1.0) / 2)
    # Student with one degree of freedom: t = 12.706, and a standard error of 0.125.
    assert reading.compared.low == pytest.approx(0)
    assert reading.compared.high == pytest.approx(0.875 + 12.706 * 0.125, abs=1e-3)
    assert (reading.score.mean, reading.cpu_seconds) == (pytest.approx(0.7), 2.0)
    assert verdict.word == "undecided"


def test_the_best_trivial_method_is_that_on_the_same_systems(records):
    scores = {"correlation": (0.3, 0.5), "sortability": (0.9,), "persistence": (0.2, 0.3)}
    for name, values in (scores | {"dot": (0.6, 0.8)}).items():
        for seed, value in enumerate(values):
            records.add(cell(name, seed), auprc=value, f1_at_top3=value)
    claims = [Claim(metric=metric) for metric in ("auprc", "cpu_seconds")]
    score, cost = records.judge(*claims)
    # Sortability was not run on the second system.
    assert score.readings[""].trivial == "correlation"
    assert score.readings[""].trivial_score == pytest.approx(0.4)
    assert score.readings[""].text.endswith("; best trivial 0.40 (correlation)")
    assert cost.readings[""].trivial == ""
    write_claims([score, cost], records.store.root)
    lines = (records.store.root / "claims.md").read_text().splitlines()
    assert ["| 0.40 (correlation) |" in line for line in lines[-2:]] == [True, False]


def test_the_best_rival_is_subtracted_on_the_same_systems(records):
    for seed, (ours, var, pcmci) in enumerate([(0.5, 0.2, 0.4), (0.9, 0.9, 0.1)]):
        records.add(cell("dot", seed), auprc=ours)
        records.add(cell("var", seed), auprc=var)
        records.add(cell("pcmci", seed), auprc=pcmci)
    (verdict,) = records.judge(Claim(metric="auprc", against=["pcmci", "var"], at_least=0.2))
    reading = verdict.readings[""]
    assert reading.compared.mean == pytest.approx((0.3 + 0.0) / 2)
    assert (reading.rival, reading.rival_score) == ("var", pytest.approx(0.55))


def test_each_condition_has_its_own_rivals(records):
    for lag, score in ((1, 0.2), (5, 0.8)):
        for seed in (0, 1):
            records.add(cell("dot", seed, axes={"lag": lag}), auprc=score)
            records.add(cell("var", seed, axes={"lag": lag}), auprc=score)
    claim = Claim(metric="auprc", against=["var"], at_least=0, each_condition=True)
    table = flat(records.judge(claim))
    assert list(table["mean"]) == [0, 0]
    assert list(table["rival_score"]) == pytest.approx([0.2, 0.8])
    assert list(table["system"]) == ["linear lag=1", "linear lag=5"]


def test_each_setting_is_judged_by_its_own_cells(records):
    for seed in (0, 1):
        records.add(cell("dot", seed), auprc=0.5)
    records.add(cell("dot", 0, params={"attribution": "lrp"}), auprc=0.7)
    table = flat(
        records.judge(
            Claim(metric="auprc"),
            Claim(metric="auprc", parameters={"attribution": "lrp"}),
            # At its default, which the parameters of these cells do not name.
            Claim(metric="auprc", parameters={"attribution": "lrp", "members": 2}),
        )
    )
    assert list(table["mean"]) == pytest.approx([0.5, 0.7, 0.7])
    assert list(table["method"])[:2] == ["dot", "dot attribution=lrp"]
    assert list(table["verdict"]) == ["shown"] * 3


def test_a_claim_on_every_condition_concerns_those_that_have_its_metric(records):
    for seed in (0, 1):
        own = {"precision_at_own": 0.899 + 0.002 * seed, "f1_at_own": 0.6995 + 0.001 * seed}
        records.add(cell("dot", seed), **own, f1_at_global_k=0.72)
        records.add(cell("dot", seed, simulator="chaos"), auprc=0.8)
    table = flat(
        records.judge(
            Claim(metric="fdr@own", at_most=0.15, each_condition=True),
            Claim(metric="f1@own", against="f1@global_k", at_least=-0.05, each_condition=True),
        )
    )
    assert list(table["system"]) == ["linear", "linear"]
    assert list(table["mean"]) == pytest.approx([0.1, -0.02])
    assert list(table["verdict"]) == ["holds", "holds"]
    assert table["floor"][0] == pytest.approx(0.9)


def test_regimes_stand_for_the_union(records):
    metrics = {
        "window/union/auprc": {"value": 0.9, "floor": 0, "ceiling": 1},
        "window/per_regime/auprc": {"value": 0.3, "floor": 0, "ceiling": 1},
        "regimes/union/ari": {"value": 0.6, "floor": 0, "ceiling": 1},
    }
    records.store.write(base_record(cell("dot", 0), status="ok", metrics=metrics))
    records.cells.append(cell("dot", 0))
    table = flat(records.judge(Claim(metric="auprc"), Claim(metric="regimes:ari")))
    assert list(table["mean"]) == pytest.approx([0.3, 0.6])


def test_the_files_hold_every_verdict_and_the_figure_every_target(records):
    name = "false_discovery_rate"
    for rate, n in ((0.1, 3), (0.2, 2)):
        for seed in range(n):
            own = 1 - rate + (seed - (n - 1) / 2) / 1000
            records.add(cell("dot", seed, params={name: rate}), precision_at_own=own)
    verdicts = records.judge(
        Claim(
            heading="first",
            metric="fdr@own",
            at_most=0.15,
            parameters={name: 0.1},
            each_condition=True,
        ),
        Claim(
            heading="second",
            metric="fdr@own",
            parameters={name: 0.2},
            published=0.3,
            each_condition=True,
        ),
        Claim(heading="third", metric="auprc", where={"simulator": "absent"}, at_least=0.1),
    )
    root = records.store.root
    said = write_claims(verdicts, root)
    assert said == "claims: 1 holds, 1 shown, 1 not tested"
    text = (root / "claims.md").read_text()
    assert "## first" in text
    rows = [[part.strip() for part in line.split("|")[1:-1]] for line in text.splitlines()]
    first = next(row for row in rows if row[:1] == ["linear"])
    assert first[2:6] == ["100", "fdr@own", "≤ 0.15", "0.100 [0.098, 0.102]"]
    assert (float(first[6]) < 0.001, first[7]) == (True, "holds")
    table = pd.read_csv(root / "claims.csv")
    assert np.allclose(table["target"][:2], [0.1, 0.2])
    assert np.allclose(table["mean"][:2], [0.1, 0.2])
    assert b"linear, 100 steps" in (root / "fdr.svg").read_bytes()


def test_an_experiment_of_a_profile_takes_overrides():
    cells, _ = profile(["profile=dot", "experiments=['dot_linear methods.dot.updates=7']"])
    assert {c.method_params["updates"] for c in cells if c.method == "dot"} == {7}


def test_an_ablation_names_each_setting_by_what_differs(records):
    records.add(cell("dot", 0), auprc=0.5, f1_at_top3=0.6)
    records.add(cell("dot", 1), auprc=0.7, f1_at_top3=0.6)
    records.add(cell("dot", 0, params={"attribution": "lrp"}), auprc=0.3)
    records.add(cell("dot", 0, params={"attribution": "lrp"}, axes={"lag": 5}), auprc=0.2)
    records.add(cell("var", 0), auprc=0.4)
    scan, root = records.store.scan(), records.store.root
    write_ablation("dot", records.cells, scan, records.store, METHODS)
    table = pd.read_csv(root / "ablation.csv").set_index(["setting", "system", "metric"])["mean"]
    assert table["dot", "linear, 100 steps", "auprc"] == pytest.approx(0.6)
    assert table["dot", "linear, 100 steps", "f1@top3"] == pytest.approx(0.6)
    assert table["dot attribution=lrp", "linear lag=5, 100 steps", "auprc"] == pytest.approx(0.2)
    text = (root / "ablation.md").read_text()
    lines = [[part.strip() for part in line.split("|")[1:-1]] for line in text.splitlines()]
    assert ["dot attribution=lrp", "0.30", "0.20", "2"] in lines
    assert ["var", "0.40", "-", "2"] in lines
    assert b"DOT, attribution lrp" in (root / "ablation.svg").read_bytes()
