"""Verdicts by the interval of one metric: its bounds, and the rivals that are subtracted."""

import pytest
from scipy import stats

from bench.analysis.experiment import experiment_results
from bench.analysis.leaderboard import usual_settings
from bench.claims import Evidence, judge
from bench.config.claim import Claim
from bench.config.compose import Experiment
from bench.config.view import View
from bench.run.cell import base_record
from methods import InputError


def scored(small, scores, metric):
    """Return the results of methods with the values of one metric, one per seed."""
    values = {
        small.cell(name, seed).key: (small.cell(name, seed), value)
        for name, each in scores.items()
        for seed, value in enumerate(each)
    }

    def read(key):
        cell, value = values[key]
        place = "regimes/union/ari" if metric == "regimes:ari" else f"window/union/{metric}"
        level = {"value": value, "floor": 30.0, "ceiling": 0.0}
        return base_record(cell, **small.record(0.5, metrics={place: level}))

    cells = [cell for cell, _ in values.values()]
    results = experiment_results(Experiment("e", "", cells, View()), read, [metric])
    evidence = Evidence([results], {c.key: c for c in cells}, usual_settings(cells))

    def judged(**claim):
        (verdict,) = judge([Claim(metric=metric, **claim)], evidence)
        return verdict

    return judged


def test_where_less_is_better_the_rival_with_the_least_is_subtracted(small):
    """The best rival has 5; that `dot`, with 11, makes fewer errors does not hold."""
    scores = {"dot": [10, 11, 12], "pc": [4, 5.5, 5.5], "var": [21, 22.5, 22.5]}
    judged = scored(small, scores, "shd@global_k")
    found = judged(against=["pc", "var"], below=0)
    reading = found.readings[""]
    assert (found.word, reading.rival) == ("does not hold", "pc")
    assert (reading.score.mean, reading.rival_score) == (11, 5)
    half = stats.t.ppf(0.975, 2) * 0.5 / 3**0.5  # differences of 6, 5.5 and 6.5
    assert reading.compared.mean == 6
    assert reading.compared.low == pytest.approx(6 - half)
    # As the worst of two rivals it has twice the p-value.
    assert reading.p_value == pytest.approx(2 * stats.ttest_1samp([6, 5.5, 6.5], 0).pvalue)
    assert judged(against=["var"], at_most=-9).word == "holds"


def test_a_difference_of_errors_is_not_cut_to_one(small):
    judged = scored(small, {"dot": [10, 12, 14], "pc": [2, 3, 4]}, "shd@global_k")
    compared = judged(against=["pc"], above=0).readings[""].compared
    half = stats.t.ppf(0.975, 2) * 1.0 / 3**0.5
    assert compared.low == pytest.approx(9 - half)
    assert compared.high == pytest.approx(9 + half)


@pytest.mark.parametrize(
    ("bound", "word"),
    [
        ({"at_least": 0.46}, "holds"),
        ({"above": 0.54}, "does not hold"),
        ({"at_most": 0.54}, "holds"),
        ({"at_least": 0.5}, "undecided"),
        ({"at_least": 0.4, "at_most": 0.6}, "holds"),
        ({"at_least": 0.6}, "does not hold"),
        ({}, "shown"),
    ],
)
def test_the_whole_interval_lies_within_the_bounds_or_outside(small, bound, word):
    """Its half width is 0.025."""
    assert scored(small, {"dot": [0.49, 0.5, 0.51]}, "auprc")(**bound).word == word


def test_no_interval_without_width_decides(small):
    """Three scores at the ceiling leave room below 0.3 (Clopper and Pearson)."""
    judged = scored(small, {"dot": [1.0, 1.0, 1.0], "var": [1.0, 1.0, 1.0]}, "auprc")
    assert judged(at_least=0.9).word == "undecided"
    assert judged(at_least=0.2).word == "holds"
    assert judged(against=["var"], above=0).word == "undecided"
    assert judged(against=["var"], above=0).readings[""].compared.low == pytest.approx(
        stats.binomtest(3, 3).proportion_ci(0.95).low - 1
    )


def test_every_rival_has_to_be_beaten(small):
    """The strongest surely is; the weaker one varies so much that it may not be."""
    scores = {"dot": [0.9, 0.91, 0.92], "pc": [0.70, 0.72, 0.74], "var": [0.85, 0.1, 0.3]}
    judged = scored(small, scores, "auprc")
    assert judged(against=["pc"], above=0).word == "holds"
    found = judged(against=["pc", "var"], above=0)
    assert found.word == "undecided"
    assert (found.readings[""].rival, found.readings[""].doubtful) == ("pc", ["var"])
    assert "(pc); difference 0.19" in found.readings[""].text
    assert "not surely beaten: var" in found.readings[""].text


def test_a_rival_that_was_not_run_is_named(small):
    judged = scored(small, {"dot": [0.9, 0.91, 0.92], "pc": [0.70, 0.72, 0.74]}, "auprc")
    found = judged(against=["pc", "tcdf"], above=0)
    assert (found.word, found.readings[""].not_run) == ("holds", ["tcdf"])
    assert found.readings[""].text.endswith("not run: tcdf")


def test_a_mean_that_reaches_its_bound_does_not_decide(small):
    judged = scored(small, {"dot": [0.4, 0.6, 0.8]}, "auprc")
    assert judged(at_least=0.55).word == "undecided"
    assert judged(at_least=0.01).word == "holds"


def test_one_system_decides_nothing(small):
    assert scored(small, {"dot": [0.9]}, "auprc")(at_least=0.5).word == "not tested"


@pytest.mark.parametrize("rest", [{"against": "floor"}, {"versus": {"methods": ["var"]}}])
def test_a_share_of_the_oracle_is_not_compared_with_anything_else(rest):
    with pytest.raises(InputError, match="of_oracle: expected false beside `against` or `versus`"):
        Claim(of_oracle=True, **rest)
