import numpy as np
import pytest

from methods import TimeSeries
from methods.floors.correlation import Correlation


def test_is_the_absolute_correlation_of_the_windows():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(50, 3)), 5 + rng.normal(size=(30, 3))
    series = TimeSeries.from_segments([first, second])
    graph = Correlation().discover(series, max_lag=2, rng=rng)
    for lag in (1, 2):
        past = np.concatenate([part[2 - lag : len(part) - lag] for part in (first, second)])
        present = np.concatenate([part[2:] for part in (first, second)])
        expected = np.abs(np.corrcoef(past.T, present.T)[:3, 3:])
        assert graph.scores[:, :, lag] == pytest.approx(expected, abs=1e-12)
    assert graph.adjacency is None
