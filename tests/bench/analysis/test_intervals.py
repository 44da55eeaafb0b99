"""Means and intervals against formulas written out with plain numpy, and against scipy."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.analysis.intervals import CONDITIONS, SYSTEM, estimate, pair
from bench.scoring.metrics import bounds, difference_bounds

ONE = (0.0, 1.0)


def table(values):
    """Return scores by simulator, condition and seed; the condition is all that is written."""
    rows = [
        (name.partition(" ")[0], name, seed, value)
        for name, each in values.items()
        for seed, value in enumerate(each)
    ]
    return pd.DataFrame(rows, columns=[*SYSTEM, "value"]).set_index(SYSTEM)["value"]


def test_the_interval_of_one_condition_is_students():
    values = [0.4, 0.5, 0.45, np.nan]
    found = estimate(values)
    expected = stats.t.interval(0.95, 2, loc=0.45, scale=stats.sem(values[:3]))
    assert (found.low, found.high) == pytest.approx(expected)
    assert (found.mean, found.n, found.conditions) == (pytest.approx(0.45), 3, 1)


def test_every_condition_counts_once():
    found = estimate(table({"a": [0.0, 0.2], "b": [1.0] * 9 + [0.9]}))
    assert found.mean == pytest.approx((0.1 + 0.99) / 2)
    assert (found.n, found.conditions) == (12, 2)


def test_the_variance_is_that_within_conditions():
    """Conditions that lie far apart do not widen the interval over new systems."""
    values = {"a": [0.1, 0.2, 0.6], "b": [0.7, 0.9, 0.8], "c": [0.5, 0.55, 0.48]}
    found = estimate(table(values))
    variances = [np.var(each, ddof=1) for each in values.values()]
    pooled = np.mean(variances)
    error = math.sqrt(pooled * (3 * 1 / 3) / 3**2)
    # Satterthwaite; with n = 3 the expected fourth power is (n - 1 + 2) / (n - 1) squares.
    freedom = np.sum(variances) ** 2 / (np.sum(np.square(variances)) / 4) - 2
    half = stats.t.ppf(0.975, freedom) * error
    assert (found.high - found.mean) == pytest.approx(half)
    assert freedom < 6


def test_equal_spreads_have_the_degrees_of_freedom_of_all_conditions():
    values = {name: [shift, shift + 0.1, shift - 0.1] for shift, name in enumerate("abcd")}
    found = estimate(table(values))
    half = stats.t.ppf(0.975, 4 * 2) * math.sqrt(0.01 * (4 / 3) / 4**2)
    assert found.high - found.mean == pytest.approx(half)


def test_unlike_numbers_of_systems_have_the_pooled_variance_if_it_is_larger():
    values = {"a": [0.50, 0.51], "b": [0.2, 0.4, 0.6, 0.8], "c": [0.3]}
    squares = [np.sum((np.array(each) - np.mean(each)) ** 2) for each in values.values()]
    pooled = sum(squares) / (1 + 3 + 0)
    variance = pooled * (1 / 2 + 1 / 4 + 1) / 3**2
    own = (squares[0] / 2 + squares[1] / 3 / 4 + pooled) / 3**2
    assert variance > own
    found = estimate(table(values))
    parts = np.array(squares[:2]) / sum(squares) * variance
    freedom = np.sum(parts) ** 2 / (parts[0] ** 2 / 3 + parts[1] ** 2 / 5) - 2
    half = stats.t.ppf(0.975, np.clip(freedom, 1, 4)) * math.sqrt(variance)
    assert found.high - found.mean == pytest.approx(half)


def test_lengths_of_a_simulator_share_their_systems():
    """The same scores at two lengths are one set of systems, not twice as many."""
    once = estimate([0.4, 0.5, 0.7])
    twice = estimate(table({"linear 500": [0.4, 0.5, 0.7], "linear 2500": [0.4, 0.5, 0.7]}))
    assert (twice.low, twice.high, twice.n) == (
        pytest.approx(once.low),
        pytest.approx(once.high),
        3,
    )


def test_over_new_conditions_their_means_vary():
    values = {"a": [0.1, 0.2, 0.3], "b": [0.7, 0.9, 0.8], "c": [0.5, 0.55, 0.48]}
    means = [np.mean(each) for each in values.values()]
    found = estimate(table(values), over=CONDITIONS)
    low, high = stats.t.interval(0.95, 2, loc=np.mean(means), scale=stats.sem(means))
    assert (found.low, found.high, found.n) == (pytest.approx(low), pytest.approx(high), 3)
    assert math.isnan(estimate(table({"a": [0.1, 0.2]}), over=CONDITIONS).low)


def test_one_system_has_no_interval_and_none_no_mean():
    assert math.isnan(estimate([0.3], ONE).low)
    assert math.isnan(estimate(table({"a": [0.3], "b": [0.4]})).low)
    assert math.isnan(estimate([]).mean)
    assert math.isnan(estimate([0.3]).p_value(0))


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_equal_scores_have_the_interval_of_clopper_and_pearson(n):
    exact = stats.binomtest(n, n).proportion_ci(0.95)
    found = estimate([1.0] * n, ONE)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    found = estimate([0.0] * n, ONE)
    assert (found.low, found.high) == pytest.approx((0, 1 - exact.low))
    found = estimate([0.0] * n, (-1, 1))  # a difference of two scores at their ceiling
    assert (found.low, found.high) == pytest.approx((exact.low - 1, 1 - exact.low))


def test_equal_scores_without_a_bound_have_an_interval_without_end():
    found = estimate([6.0, 6.0, 6.0], (0, math.inf))
    assert (found.low, found.high) == (pytest.approx(6 * 0.025 ** (1 / 3)), math.inf)


def test_equal_scores_of_several_conditions_count_together():
    found = estimate(table({"a": [1.0] * 3, "b": [1.0] * 3, "c": [1.0] * 5}), ONE)
    assert found.low == pytest.approx(0.025 ** (1 / 9))  # as if all had three


@pytest.mark.parametrize("values", [[0.2, 0.5, 0.4], [1.0, 1.0, 1.0], [0.0, 0.0]])
def test_at_the_ends_of_the_interval_p_is_five_percent(values):
    found = estimate(values, ONE)
    ends = [end for end in (found.low, found.high) if 0 < end < 1]
    assert ends
    for end in ends:
        assert found.p_value(end) == pytest.approx(0.05)
    assert found.p_value(found.mean) == 1


def test_p_is_that_of_scipy():
    values = [0.2, 0.5, 0.4, 0.9]
    assert estimate(values).p_value(0.1) == pytest.approx(stats.ttest_1samp(values, 0.1).pvalue)


def test_the_interval_moves_and_scales_with_the_values():
    values = np.random.default_rng(0).random(8)
    assert estimate(values) == estimate(values)
    moved = estimate(10 * values + 3)
    assert moved.low == pytest.approx(10 * estimate(values).low + 3)


def test_the_difference_is_that_of_the_means_shown():
    rng = np.random.default_rng(3)
    one = table({"a": rng.random(4), "b": rng.random(4)})
    other = table({"a": rng.random(3), "b": rng.random(4)}).sample(frac=1, random_state=0)
    found = pair(one, other, ONE)
    assert found.difference.mean == pytest.approx(found.one.mean - found.other.mean)
    assert found.one.mean == pytest.approx((one["a"][:3].mean() + one["b"].mean()) / 2)
    assert (found.difference.n, found.anew.n) == (7, 2)


def test_a_paired_difference_of_one_condition_is_that_of_scipy():
    rng = np.random.default_rng(3)
    one, other = (table({"linear": rng.random(4) / 9}) for _ in range(2))
    expected = stats.ttest_rel(one, other).confidence_interval()
    found = pair(one, other, ONE).difference
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_an_interval_is_cut_to_what_the_metric_can_be():
    def ends(metric):
        found = estimate([0.1, 0.9], bounds(metric))
        return found.low, found.high

    assert ends("summary:f1@own") == (0.0, 1.0)
    assert ends("summary:shd@own")[1] > 1.0
    assert ends("regimes:n_found")[1] > 1.0
    assert ends("regimes:ari")[0] == -0.5
    assert ends("effect_r")[0] == -1.0
    assert difference_bounds("f1 fair") == (-1, 1)
    assert difference_bounds("shd@own") == (-math.inf, math.inf)
