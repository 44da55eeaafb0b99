"""Intervals are checked by simulation, differences against scipy, ranks against published ones."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.analysis.intervals import average_ranks, critical_value, estimate, paired

DRAWS = {
    "normal": (lambda rng, n: rng.normal(0.5, 0.1, n), 0.5),
    "uniform": (lambda rng, n: rng.random(n), 0.5),
    "skewed": (lambda rng, n: rng.beta(8, 2, n), 0.8),
    "very skewed": (lambda rng, n: rng.exponential(1.0, n), 1.0),
    # An F1 of counts: few values, so ties.
    "counts": (lambda rng, n: rng.binomial(27, 0.8, n) / 27, 0.8),
}


@pytest.mark.parametrize("n", [5, 10])
@pytest.mark.parametrize("name", DRAWS)
def test_intervals_hold_the_mean_as_often_as_they_say(name, n):
    draw, truth = DRAWS[name]
    rng = np.random.default_rng(7)
    found = [estimate(draw(rng, n)) for _ in range(2000)]
    coverage = np.mean([e.low <= truth <= e.high for e in found])
    assert 0.90 <= coverage <= 0.98


def test_few_systems_get_students_interval():
    values = [0.4, 0.5, 0.45, np.nan]
    found = estimate(values)
    expected = stats.t.interval(0.95, 2, loc=0.45, scale=stats.sem(values[:3]))
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.mean, found.n) == (pytest.approx(0.45), 3)


def test_one_system_has_no_interval_and_none_no_mean():
    assert math.isnan(estimate([0.3]).low)
    assert math.isnan(estimate([0.3]).within(0, 1).low)
    assert math.isnan(estimate([]).mean)


def test_equal_scores_and_a_single_other_one_give_a_finite_interval():
    assert (estimate([1.0] * 6).low, estimate([1.0] * 6).high) == (1.0, 1.0)
    found = estimate([1.0, 1.0, 1.0, 1.0, 0.9])
    assert 0.85 < found.low < found.mean < found.high < 1.1


def test_the_same_values_give_the_same_interval():
    values = np.random.default_rng(0).random(8)
    assert estimate(values) == estimate(values)
    # The interval moves and scales with the values.
    moved = estimate(10 * values + 3)
    assert moved.low == pytest.approx(10 * estimate(values).low + 3)


def test_paired_differences_are_those_of_scipy():
    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([["linear"], range(4)], names=["simulator", "seed"])
    one, other = (pd.Series(rng.random(4), index) for _ in range(2))
    found = paired(one, other.sample(frac=1, random_state=0))
    expected = stats.ttest_rel(one, other).confidence_interval()
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.mean == pytest.approx((one - other).mean())


def test_pairs_without_both_values_are_left_out_and_a_seed_counts_once():
    index = pd.MultiIndex.from_product([["a", "b"], [0, 1, 2]], names=["simulator", "seed"])
    one = pd.Series([1.0, 2.0, 3.0, 3.0, 4.0, np.nan], index)
    other = pd.Series(0.0, index).drop(("a", 2))
    found = paired(one, other)
    assert (found.n, found.mean) == (2, pytest.approx(2.5))  # seed 2 has no pair


def test_critical_values_are_the_published_ones():
    # Demsar 2006, table 5 (a), two to ten classifiers.
    published = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]
    assert [critical_value(k) for k in range(2, 11)] == pytest.approx(published, abs=1e-3)


def test_ranks_of_a_published_example():
    # Demsar 2006, table 6: four variants of C4.5 on 14 data sets (AUC); average ranks 3.143,
    # 2.000, 2.893 and 1.964, and CD = 2.569 sqrt(4 5 / (6 14)) = 1.25.
    # On one set cf and both are printed as 0.975 and ranked apart; the fourth digit is ours.
    plain = [
        0.763,
        0.599,
        0.954,
        0.628,
        0.882,
        0.936,
        0.661,
        0.583,
        0.775,
        1.000,
        0.940,
        0.619,
        0.972,
        0.957,
    ]
    m = [
        0.768,
        0.591,
        0.971,
        0.661,
        0.888,
        0.931,
        0.668,
        0.583,
        0.838,
        1.000,
        0.962,
        0.666,
        0.981,
        0.978,
    ]
    cf = [
        0.771,
        0.590,
        0.968,
        0.654,
        0.886,
        0.916,
        0.609,
        0.563,
        0.866,
        1.000,
        0.965,
        0.614,
        0.9751,
        0.946,
    ]
    both = [
        0.798,
        0.569,
        0.967,
        0.657,
        0.898,
        0.931,
        0.685,
        0.625,
        0.875,
        1.000,
        0.962,
        0.669,
        0.975,
        0.970,
    ]
    ranks = average_ranks(pd.DataFrame({"plain": plain, "m": m, "cf": cf, "both": both}))
    assert ranks.average["plain"] == pytest.approx(3.143, abs=1e-3)
    assert ranks.average["m"] == pytest.approx(2.000, abs=1e-3)
    assert ranks.average["cf"] == pytest.approx(2.893, abs=1e-3)
    assert ranks.average["both"] == pytest.approx(1.964, abs=1e-3)
    assert ranks.critical_difference == pytest.approx(1.25, abs=5e-3)
    assert list(ranks.average.index) == ["both", "m", "cf", "plain"]
    assert ranks.groups() == [["both", "m", "cf", "plain"]]


def test_groups_overlap_where_ranks_do():
    rows = [{"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}] * 8
    ranks = average_ranks(pd.DataFrame(rows))
    assert ranks.critical_difference == pytest.approx(1.658, abs=1e-3)
    assert ranks.groups() == [["a", "b"], ["b", "c"], ["c", "d"]]
    assert ranks.p_value < 0.001


def test_systems_without_a_score_are_no_part_of_the_ranks():
    scores = pd.DataFrame({"a": [0.9, 0.8, 0.1], "b": [0.5, 0.4, np.nan]})
    ranks = average_ranks(scores)
    assert ranks.n_systems == 2
    assert dict(ranks.average) == {"a": 1.0, "b": 2.0}
    assert average_ranks(scores.tail(2)).groups() == []
