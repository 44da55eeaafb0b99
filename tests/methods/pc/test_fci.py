import numpy as np
from scipy.stats import norm

from methods import TimeSeries
from methods.pc.fci import FCI
from methods.pc.pc import PC


def discover(values, max_lag=2, method=FCI, **parameters):
    series = TimeSeries.from_array(values)
    return method(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def with_hidden_chain(n_samples=4000):
    """X0(t-1) -> X1(t), and a hidden driver that shows in X2 one step before it shows in X3."""
    rng = np.random.default_rng(0)
    values, hidden = rng.normal(size=(n_samples, 4)), rng.normal(size=n_samples)
    values[1:, 1] += 0.8 * values[:-1, 0]
    values[1:, 2] += hidden[1:]
    values[2:, 3] += hidden[1:-1]
    return values


def test_finds_the_effect_and_calls_a_hidden_cause_an_effect_too():
    graph = discover(with_hidden_chain(), alpha=1e-4)
    assert np.argwhere(graph.adjacency).tolist() == [[0, 1, 1], [2, 3, 1]]


def test_score_is_above_the_critical_value_exactly_where_an_edge_is_kept():
    for seed in range(10):
        values = np.random.default_rng(seed).normal(size=(150, 3))
        values[1:] += 0.5 * values[:-1, [1, 2, 0]]
        graph = discover(values)
        lagged = graph.scores[:, :, 1:]
        assert np.array_equal(lagged > norm.isf(0.025), graph.adjacency[:, :, 1:])


def test_keeps_no_edge_that_pc_removes_and_depth_0_keeps_what_correlates():
    values = np.random.default_rng(3).normal(size=(500, 3))
    values[1:, 1] += 0.9 * values[:-1, 0]
    values[1:, 2] += 0.9 * values[:-1, 1]
    full, shallow = discover(values), discover(values, depth=0)
    assert not (full.adjacency & ~discover(values, method=PC).adjacency).any()
    assert not full.adjacency[0, 2, 2]
    assert shallow.scores[0, 2, 2] > full.scores[0, 2, 2]
