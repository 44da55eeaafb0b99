"""Verdicts on claims: each case against one decided by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bench.analysis.experiment import experiment_results
from bench.analysis.leaderboard import usual_settings
from bench.claims import Evidence, judge
from bench.config.claim import Claim
from bench.config.compose import Experiment
from bench.config.view import View
from bench.report.claims import claims_table
from bench.run.cell import base_record


@pytest.fixture(scope="module")
def results(small):
    return [experiment_results(part, small.store.read) for part in small.parts]


def verdict(results, small, **claim):
    cells = {cell.key: cell for cell in small.cells}
    evidence = Evidence(results, cells, usual_settings(list(cells.values())))
    (row,) = claims_table(judge([Claim(**claim)], evidence)).to_dict("records")
    return row


def test_verdicts(results, small):
    beats = {"experiment": "volume", "against": ["pcmci", "random"], "above": 0}
    row = verdict(results, small, **beats)
    assert row["verdict"] == "holds"
    assert "(PCMCI)" in row["fair"]
    assert row["fair_mean"] == pytest.approx(0.2)
    worse = {"methods": ("pcmci",), "against": ["dot"], "experiment": "volume", "above": 0}
    assert verdict(results, small, **worse)["verdict"] == "does not hold"
    # PCMCI's failure is a zero for the paper alone, so that its mean is not surely above 0.5.
    level = {"methods": ("pcmci",), "experiment": "volume", "where": {"n_samples": "smallest"}}
    row = verdict(results, small, **level, above=0.59)
    assert row["verdict"] == "holds only under the fair protocol"
    assert row["paper"].endswith(", undecided")
    assert (
        verdict(results, small, experiment="lags", where={"graph.max_lag": 50}, above=0.3)[
            "verdict"
        ]
        == "holds"
    )
    assert verdict(results, small, metric="auprc", above=0.9)["verdict"] == "does not hold"
    row = verdict(results, small, **level, above=0.625)
    assert (row["verdict"], row["fair"][-11:]) == ("undecided", ", undecided")


@pytest.mark.parametrize(
    "claim",
    [
        {"methods": ("random",), "experiment": "lags", "above": 0},
        {"methods": ("nobody",), "above": 0},
        {"experiment": "elsewhere", "above": 0},
        {"experiment": "volume", "against": ["nobody"], "above": 0},
        {"experiment": "volume", "against": ["random", "nobody", "noone"], "above": 0},
        {"experiment": "volume", "where": {"simulator": "other"}, "above": 0},
        {"experiment": "lags", "where": {"n_samples": "largest"}, "above": 0},
        {"experiment": "volume", "parameters": {"k": 1}, "above": 0},
        {"experiment": "volume", "metric": "cpu_seconds", "against": "floor", "above": 0},
    ],
)
def test_what_has_not_been_run_is_not_tested(results, small, claim):
    row = verdict(results, small, **claim)
    assert row["verdict"] == "not tested"
    assert "[" not in row["paper"] + row["fair"]


def test_what_a_run_cost_and_whether_it_was_stopped(results, small):
    # One of PCMCI's five runs at 100 steps was killed.
    asked = {"methods": ("pcmci",), "experiment": "volume", "metric": "stopped"}
    row = verdict(results, small, **asked, where={"n_samples": "smallest"}, above=0)
    assert row["fair_mean"] == row["paper_mean"] == pytest.approx(1 / 5)
    row = verdict(results, small, **asked, where={"n_samples": "largest"}, above=0)
    # None of five: as many as half of all could be stopped.
    exact = stats.binomtest(0, 5).proportion_ci(0.95)
    assert (row["fair_mean"], row["fair_high"]) == (0, pytest.approx(exact.high))
    assert row["verdict"] == "undecided"
    row = verdict(
        results, small, metric="stopped", methods=("random",), above=0, experiment="lags"
    )
    assert row["verdict"] == "not tested"
    # All that ended took two seconds, which bounds no other run.
    row = verdict(results, small, **asked | {"metric": "cpu_seconds"}, below=3)
    assert (row["fair_mean"], row["fair_n"], row["verdict"]) == (2, 5, "undecided")
    row = verdict(results, small, **asked | {"metric": "cpu_seconds"}, against=["dot"], above=0)
    assert (row["fair_mean"], row["fair_high"], row["verdict"]) == (0, math.inf, "undecided")


def test_a_difference_between_conditions_pairs_seeds(results, small):
    row = verdict(
        results,
        small,
        experiment="volume",
        above=0,
        versus={"experiment": "lags", "where": {"graph.max_lag": 5}},
    )
    gains = [0.82 - 0.40 + (1.2 - 0.6) * (seed - 2) / 100 for seed in range(5)]
    low, high = stats.t.interval(0.95, 4, loc=0.42, scale=stats.sem(gains))
    assert row["fair_mean"] == pytest.approx(0.42)
    assert (row["fair_low"], row["fair_high"]) == (pytest.approx(low), pytest.approx(high))


BEATS = {"experiment": "e", "against": ["pcmci", "random"], "above": 0}


def wobble(cell):
    """Return what makes systems differ: without it no interval would have a width.

    Over the seeds 0 to 2 its mean is 0; no two settings of a test have the same.
    """
    scale = len(cell.method) + len(str(cell.n_samples)) + cell.method_params.get("k", 0)
    return (cell.seed - 1) * scale / 2000


def judged(small, planned, **claim):
    """Return the verdict on cells and the F1 of each: None was not run, a text is a failure."""
    (row,) = judged_all(small, planned, claim)
    return row


def judged_all(small, planned, *claims):
    cells = [cell for cell, _ in planned]
    by_key = {cell.key: (cell, score) for cell, score in planned}

    def read(key):
        cell, score = by_key[key]
        if score is None:
            return None
        lost = {"status": score, "metrics": {}} if isinstance(score, str) else {}
        return base_record(cell, **small.record(0.0 if lost else score + wobble(cell), **lost))

    results = experiment_results(Experiment("e", "", cells, View()), read)
    evidence = Evidence([results], {c.key: c for c in cells}, usual_settings(cells))
    verdicts = judge([Claim(**claim) for claim in claims], evidence)
    return claims_table(verdicts).to_dict("records")


def test_a_variant_is_compared_with_another(small):
    planned = [
        (small.cell("dot", seed, k=k), 0.5 + 0.1 * k + seed / 100)
        for seed in range(3)
        for k in (1, 2)
    ]
    row = judged(small, planned, parameters={"k": 2}, versus={"parameters": {"k": 1}}, above=0)
    assert (row["verdict"], row["fair_mean"]) == ("holds", pytest.approx(0.1))


def test_a_claim_that_several_variants_fit_is_not_tested(small):
    planned = [
        (small.cell("dot", seed, k=k, m=m), 0.9)
        for seed in range(3)
        for k, m in ((1, 1), (2, 1), (2, 2))
    ]
    other = {"versus": {"parameters": {"k": 1}}, "above": -0.1}
    assert judged(small, planned, parameters={"k": 2}, **other)["verdict"] == "not tested"
    assert judged(small, planned, parameters={"k": 2, "m": 1}, **other)["verdict"] == "holds"


def test_a_failure_is_no_way_to_stay_at_the_ceiling(small):
    axes = [{"k": k} for k in range(5)]
    planned = [
        (small.cell("dot", seed, axes=at), "timeout" if at["k"] == 4 else 0.9)
        for seed in range(3)
        for at in axes
    ]
    row = judged(small, planned, against="ceiling", above=-0.05)
    assert row["verdict"] == "holds only under the fair protocol"
    assert row["paper_mean"] == pytest.approx(-0.9 / 5)


def test_a_verdict_needs_half_of_the_planned_conditions_and_says_how_many(small):
    def of(n):
        scores = {"dot": 0.9, "pcmci": 0.6, "random": 0.1}
        return judged(
            small,
            [
                (small.cell(m, seed, axes={"k": k}), score if k < n else None)
                for m, score in scores.items()
                for seed in range(3)
                for k in range(4)
            ],
            **BEATS,
        )

    assert [of(n)["verdict"] for n in (0, 1, 2, 4)] == ["not tested"] * 2 + ["holds"] * 2
    assert of(2)["fair"].endswith("; 2 of 4 conditions")
    assert "conditions" not in of(4)["fair"]


def test_conditions_that_a_rival_has_not_planned_do_not_count(small):
    scores = {"dot": 0.9, "pcmci": 0.6, "random": 0.1}
    planned = [
        (small.cell(m, seed, axes={"k": k}), score if k < 2 else None)
        for m, score in scores.items()
        for seed in range(3)
        for k in range(2 if m == "pcmci" else 5)
    ]
    row = judged(small, planned, **BEATS)
    assert row["verdict"] == "holds"
    assert "conditions" not in row["fair"]


def test_rivals_are_compared_where_all_have_run(small):
    scores = {
        "dot": [0.9, 0.9, 0.9, 0.2],
        "pcmci": [0.8, 0.8, 0.8, None],
        "random": [0.85, 0.1, 0.1, 0.9],
    }
    planned = [
        (small.cell(m, seed, axes={"k": k}), score)
        for m, each in scores.items()
        for seed in range(3)
        for k, score in enumerate(each)
    ]
    row = judged(small, planned, **BEATS)
    assert row["fair_mean"] == pytest.approx(0.1)
    assert row["fair"].endswith("3 of 4 conditions")


def test_conditions_are_compared_with_what_differs_in_what_is_named_alone(small):
    """Flat in length; the hard system has not been run at the largest one."""
    f1 = {"easy": 0.9, "hard": 0.3}
    planned = [
        (
            small.cell("dot", seed, simulator, n),
            None if (simulator, n) == ("hard", 1000) else f1[simulator] + seed / 100,
        )
        for simulator in f1
        for n in (100, 1000)
        for seed in range(3)
    ]
    row = judged(
        small,
        planned,
        where={"n_samples": "largest"},
        versus={"where": {"n_samples": "smallest"}},
        above=0,
    )
    assert (row["verdict"], row["fair_mean"]) == ("equal within 0.02", pytest.approx(0))


def test_a_run_that_is_told_the_regimes_does_not_stand_for_one_that_is_not(small):
    told = [(replace(small.cell("dot", seed), regimes="told"), 0.95) for seed in range(3)]
    planned = [
        (small.cell(m, seed), s) for m, s in (("dot", None), ("pcmci", 0.5)) for seed in range(3)
    ]
    row = judged(small, [*told, *planned], experiment="e", against=["pcmci"], above=0)
    assert row["verdict"] == "not tested"


def test_holms_correction_is_over_the_whole_table(small):
    """Alone p is 0.02; as the least of three it is 0.06."""
    values = [0.49, 0.5, 0.51]
    planned = [(small.cell("dot", seed), value) for seed, value in enumerate(values)]
    spread = [value + wobble(cell) for cell, value in planned]
    bound = 0.5 - 0.052
    raw = stats.ttest_1samp(spread, bound).pvalue
    assert 0.05 / 3 < raw < 0.05 / 2
    clear = {"experiment": "e", "metric": "auprc", "above": bound}
    (alone,) = judged_all(small, planned, clear)
    assert (alone["verdict"], alone["fair_p"]) == ("holds", pytest.approx(raw))
    open_ = {"experiment": "e", "metric": "auprc", "above": 0.5}
    among = judged_all(small, planned, clear, open_, open_)
    assert [row["verdict"] for row in among] == ["undecided"] * 3
    assert among[0]["fair_p"] == pytest.approx(3 * raw)


def test_a_condition_of_two_experiments_counts_once(small):
    easy = [small.cell("dot", seed) for seed in range(3)]
    hard = [small.cell("dot", seed, "hard") for seed in range(3)]
    values = {cell.key: 0.9 + wobble(cell) for cell in easy}
    values |= {cell.key: 0.3 + wobble(cell) for cell in hard}

    def read(key):
        return small.made(values[key])

    parts = [("a", [*easy, *hard]), ("b", easy), ("c", easy)]
    results = [experiment_results(Experiment(n, "", cells, View()), read) for n, cells in parts]
    cells = [*easy, *hard]
    evidence = Evidence(results, {c.key: c for c in cells}, usual_settings(cells))
    (verdict,) = judge([Claim(metric="auprc")], evidence)
    reading = verdict.readings[""]
    assert reading.score.mean == pytest.approx((0.9 + 0.3) / 2)
    assert (reading.conditions, reading.planned) == (2, 2)
    each = judge([Claim(metric="auprc", each_condition=True)], evidence)
    assert [one.readings[""].score.mean for one in each] == pytest.approx([0.9, 0.3])


def test_seeds_that_few_conditions_have_weigh_no_more_than_others(small):
    """Seed 2 was run where `dot` is far ahead alone: each condition still counts once."""
    planned = [
        (small.cell(method, seed, simulator), score)
        for method, scores in (("dot", (0.8, 0.8, 0.9)), ("pcmci", (0.9, 0.8, 0.1)))
        for simulator, score in zip(("a", "b", "c"), scores, strict=True)
        for seed in range(3 if simulator == "c" else 2)
    ]
    row = judged(small, planned, experiment="e", against=["pcmci"], above=0)
    parts = {n: [(s - 1) * n / 2000 for s in (0, 1)] for n in (6, 8)}
    means = {n: (2 * np.mean(each) + 0) / 3 for n, each in parts.items()}
    dot, pcmci = (2.5 / 3 + means[6], 1.8 / 3 + means[8])
    assert row["fair_mean"] == pytest.approx(dot - pcmci)
    assert row["fair"].startswith(f"{dot:.2f} against {pcmci:.2f} (PCMCI)")


def test_less_than_half_of_the_rivals_and_runs_are_too_few(small):
    """A third of the planned conditions, or half of a rival's runs, is not enough."""
    planned = [
        (small.cell("dot", seed, axes={"k": k}), 0.9 if k == 0 else None)
        for seed in range(3)
        for k in range(3)
    ]
    assert judged(small, planned, experiment="e", above=0)["verdict"] == "not tested"
    halves = [
        (small.cell(m, seed, axes={"k": k}), score if m == "dot" or k < 2 else None)
        for m, score in (("dot", 0.9), ("pcmci", 0.6))
        for seed in range(3)
        for k in range(4)
    ]
    row = judged(small, halves, experiment="e", against=["pcmci"], above=0)
    assert row["verdict"] == "not tested"
