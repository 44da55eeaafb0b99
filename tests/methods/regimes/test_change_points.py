"""Change points by ruptures: the cost is a likelihood, and regimes that return are one."""

import numpy as np
import pytest
from scipy.stats import chi2
from sklearn.metrics import adjusted_rand_score

from methods import TimeSeries
from methods.regimes.change_points import Ruptures, cost_of, price_of


def labels_of(*segments, max_lag=1):
    series = TimeSeries.from_segments(segments)
    return Ruptures().find(series, max_lag, np.random.default_rng(0))


def test_a_regime_that_returns_keeps_its_label(two_regimes):
    truth = np.repeat([0, 1, 0, 1], [500, 400, 600, 500])
    (found,) = labels_of(two_regimes(truth))
    assert adjusted_rand_score(truth, found) > 0.95
    assert found[0] == 0
    assert set(found) == {0, 1}


def test_segments_of_one_law_share_a_label(two_regimes):
    segments = [two_regimes(np.full(500, k), seed) for seed, k in enumerate([0, 1, 0])]
    found = labels_of(*segments)
    assert [set(labels) for labels in found] == [{0}, {1}, {0}]


@pytest.mark.parametrize("seed", range(3))
def test_a_law_that_does_not_change_is_one_regime(two_regimes, seed):
    (found,) = labels_of(two_regimes(np.zeros(3000, dtype=int), seed))
    assert not found.any()


@pytest.mark.parametrize(("parameters", "steps"), [(5, 100), (95, 2000), (400, 10_000)])
def test_chance_exceeds_the_price_once_in_as_many_steps_at_most(parameters, steps):
    assert chi2.sf(parameters + price_of(parameters, steps), parameters) <= 1 / steps


def test_segments_too_short_for_a_border_are_labelled_whole(two_regimes):
    lengths = [3, 40, 900]
    found = labels_of(*(two_regimes(np.zeros(n, dtype=int), n) for n in lengths))
    assert [len(labels) for labels in found] == lengths
    assert all(len(set(labels)) == 1 for labels in found)


@pytest.mark.parametrize(("effects", "inputs", "n"), [(1, 2, 30), (3, 4, 20), (4, 12, 40)])
def test_the_cost_of_a_fit_is_that_of_the_law_on_average(effects, inputs, n):
    """Of `N log det Sigma`, whatever the number of steps and coefficients."""
    rng, costs = np.random.default_rng(0), []
    mix = np.eye(effects) + 0.5 * np.tri(effects)
    for _ in range(600):
        past = np.hstack([np.ones((n, 1)), rng.normal(size=(n, inputs))])
        present = past.sum(axis=1, keepdims=True) + rng.normal(size=(n, effects)) @ mix.T
        rows = np.hstack([past, present])
        costs.append(cost_of(rows.T @ rows, effects))
    expected = n * np.linalg.slogdet(mix @ mix.T)[1]
    assert np.mean(costs) == pytest.approx(expected, abs=4 * np.std(costs) / np.sqrt(600))


def test_a_stretch_too_short_for_a_fit_joins_one_that_forecasts_it(two_regimes):
    long = [two_regimes(np.full(600, k), k) for k in (0, 1)]
    found = labels_of(*long, two_regimes(np.full(5, 1), 2))
    assert [set(labels) for labels in found[:2]] == [{0}, {1}]
    assert set(found[2]) <= {0, 1}
