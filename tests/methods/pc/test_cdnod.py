import numpy as np
import pytest

from methods import DeclinedError, TimeSeries
from methods.pc.cdnod import CDNOD, change_index
from methods.pc.pc import PC


def discover(series, max_lag=1, method=CDNOD, **parameters):
    return method(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def shifted(n_samples=1000):
    """X0(t-1) -> X1(t), while X2 and X3 only share their change of mean."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], n_samples // 2)
    values = rng.normal(size=(n_samples, 4))
    values[1:, 1] += 0.7 * values[:-1, 0]
    values[:, 2:] += 1.5 * labels[:, None]
    return values, labels


def test_regimes_explain_what_pc_takes_for_effects():
    values, labels = shifted()
    series = TimeSeries.from_array(values, regimes=labels)
    assert discover(series, method=PC, alpha=1e-3).adjacency[2:, 2:].any()
    graph = discover(series, alpha=1e-3)
    assert np.argwhere(graph.adjacency).tolist() == [[0, 1, 1]]


def test_the_index_is_the_regime_else_the_segment_else_the_time():
    values, labels = shifted(20)
    pieces = [values[:12], values[12:]]
    plain, cut = TimeSeries.from_array(values), TimeSeries.from_segments(pieces)
    assert change_index(plain, 2).tolist() == list(range(2, 20))
    assert change_index(cut, 2).tolist() == [0] * 10 + [1] * 6
    told = TimeSeries.from_segments(pieces, regimes=[labels[:12], labels[12:]])
    assert change_index(told, 2).tolist() == [0] * 8 + [1] * 8
    same = TimeSeries.from_array(values, regimes=np.full(20, 7))
    assert change_index(same, 2).tolist() == list(range(2, 20))


@pytest.mark.parametrize("exact", ["fast", "library"])
def test_a_variable_that_is_the_index_is_declined(exact):
    values, labels = shifted()
    values[:, 2] = 3 * labels + 1
    with pytest.raises(DeclinedError, match="CD-NOD needs an index that is no linear function"):
        discover(TimeSeries.from_array(values, regimes=labels), exact=exact)
