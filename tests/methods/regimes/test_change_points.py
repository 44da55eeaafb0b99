"""Change points by ruptures: the cost is a likelihood, and regimes that return are one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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
    assert chi2.sf(price_of(parameters, steps), parameters) <= 1 / steps


def test_segments_too_short_for_a_border_are_labelled_whole(two_regimes):
    lengths = [3, 40, 900]
    found = labels_of(*(two_regimes(np.zeros(n, dtype=int), n) for n in lengths))
    assert [len(labels) for labels in found] == lengths
    assert all(len(set(labels)) == 1 for labels in found)


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 4))
def test_the_cost_is_that_of_least_squares(seed, effects, inputs):
    rng = np.random.default_rng(seed)
    past = np.hstack([np.ones((60, 1)), rng.normal(size=(60, inputs))])
    present = past @ rng.normal(size=(inputs + 1, effects)) + rng.normal(size=(60, effects))
    residual = present - past @ np.linalg.lstsq(past, present, rcond=None)[0]
    expected = 60 * np.linalg.slogdet(residual.T @ residual / 60)[1]
    rows = np.hstack([past, present])
    assert cost_of(rows.T @ rows, effects) == pytest.approx(expected, abs=0.05)
