"""Intervals are checked by simulation, and differences against scipy."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.analysis.intervals import estimate, paired
from bench.scoring.metrics import bounds, difference_bounds

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
    assert 0.86 <= coverage <= 0.97


def test_the_interval_is_students():
    values = [0.4, 0.5, 0.45, np.nan]
    found = estimate(values)
    expected = stats.t.interval(0.95, 2, loc=0.45, scale=stats.sem(values[:3]))
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.mean, found.n) == (pytest.approx(0.45), 3)


def test_one_system_has_no_interval_and_none_no_mean():
    assert math.isnan(estimate([0.3]).low)
    assert math.isnan(estimate([0.3]).within((0, 1)).low)
    assert math.isnan(estimate([]).mean)


def test_equal_scores_and_a_single_other_one_give_a_finite_interval():
    assert (estimate([1.0] * 6).low, estimate([1.0] * 6).high) == (1.0, 1.0)
    found = estimate([1.0, 1.0, 1.0, 1.0, 0.9])
    expected = stats.t.interval(0.95, 4, loc=0.98, scale=0.02)
    assert (found.low, found.high) == pytest.approx(expected)


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


def test_an_interval_is_cut_to_what_the_metric_can_be():
    found = estimate([0.1, 0.9])
    assert (found.within(bounds("summary:f1@own")).low, found.within((0, 1)).high) == (0.0, 1.0)
    assert found.within(bounds("summary:shd@own")).high > 1.0
    assert found.within(bounds("regimes:n_found")).high > 1.0
    assert found.within(bounds("regimes:ari")).low == -0.5
    assert found.within(bounds("effect_r")).low == -1.0
    assert difference_bounds("f1 fair") == (-1, 1)
    assert difference_bounds("shd@own") == (-math.inf, math.inf)
