import numpy as np
import pytest

from methods import TimeSeries
from methods.floors.sortability import Sortability


def growing(n_samples=20_000):
    """X0 -> X1 -> X2, variance growing along the order: 1, 5, 21."""
    noise = np.random.default_rng(0).normal(size=(n_samples, 3))
    values = noise.copy()
    for t in range(2, n_samples):
        values[t, 1] += 2.0 * values[t - 2, 0]
        values[t, 2] += 2.0 * values[t - 1, 1]
    return values


def discover(values, max_lag=2):
    series = TimeSeries.from_array(values)
    return Sortability().discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def test_scores_are_standardised_coefficients_along_growing_variance():
    scores = discover(growing()).scores
    expected = np.zeros((3, 3, 2))
    expected[0, 1, 1] = 2 / np.sqrt(5)
    expected[1, 2, 0] = 2 * np.sqrt(5 / 21)
    assert scores[:, :, 1:] == pytest.approx(expected, abs=0.03)
    assert (scores[[1, 2, 2], [0, 0, 1], 1:] == 0).all()


def test_turning_the_scale_round_hides_every_edge():
    scores = discover(growing() * [100.0, 10.0, 1.0]).scores
    assert scores[0, 1, 2] == 0
    assert scores[1, 2, 1] == 0


def test_equal_variances_have_no_order():
    values = growing()
    scores = discover(values / values.std(axis=0)).scores
    assert (scores[:, :, 1:] > 0).all()
    assert scores[0, 1, 2] == pytest.approx(2 / np.sqrt(5), abs=0.03)
