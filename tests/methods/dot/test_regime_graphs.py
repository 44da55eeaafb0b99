import numpy as np
import pytest
import torch

from methods import TimeSeries
from methods.common.regimes import by_regime, union
from methods.regimes.find import find_regimes
from methods.types.graph import LaggedGraph


@pytest.fixture
def two_regimes(noise):
    """X0 drives X1 in regime 3 and X2 in regime 7; one segment each."""
    segments = [noise(1500, 3, seed=k) for k in (1, 2)]
    segments[0][1:, 1] += 1.5 * np.tanh(segments[0][:-1, 0])
    segments[1][2:, 2] += 1.5 * np.tanh(segments[1][:-2, 0])
    return segments, [np.full(1500, 3), np.full(1500, 7)]


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.slow
def test_each_regime_has_the_graph_of_its_own_edge(told, two_regimes, discover):
    segments, labels = two_regimes
    series = TimeSeries.from_segments(segments, regimes=labels if told else None)
    graph = discover(series, max_lag=2, updates=200)
    first, second = (3, 7) if told else (0, 1)
    assert sorted(graph.per_regime) == [first, second]
    strongest = [
        np.unravel_index(np.nanargmax(graph.per_regime[k].scores), graph.scores.shape)
        for k in (first, second)
    ]
    assert strongest == [(0, 1, 1), (0, 2, 2)]
    assert graph.adjacency[0, 1, 1]
    assert graph.adjacency[0, 2, 2]
    if told:
        assert graph.regimes is None
    else:
        assert [set(found) for found in graph.regimes] == [{0}, {1}]


def test_looking_and_finding_one_regime_is_said(noise, discover):
    series = TimeSeries.from_array(noise(400, 2))
    graph = discover(series, max_lag=2, updates=20)
    assert graph.per_regime == {}
    assert [set(found) for found in graph.regimes] == [{0}]


@pytest.mark.parametrize("told", [False, True])
def test_a_variable_that_stands_still_in_one_regime_is_no_error(told, two_regimes, discover):
    segments, labels = two_regimes
    segments[1][:, 2] = 0.0
    series = TimeSeries.from_segments(segments, regimes=labels if told else None)
    assert discover(series, max_lag=2, updates=20).adjacency[0, 1, 1]


def test_a_series_of_very_many_segments_is_one_regime(noise):
    series = TimeSeries.from_segments(np.split(noise(8004, 2), 2001))
    assert {int(label) for part in find_regimes(series, 1) for label in part} == {0}


def test_a_short_regime_does_not_drown_the_others(noise):
    long, short = np.abs(noise(2, 2, 3)), np.abs(noise(2, 2, 3, seed=1))
    graphs = {
        k: LaggedGraph(scores, ("a", "b"), scores > 9) for k, scores in enumerate((long, short))
    }
    whole = union(graphs, None, {0: 1000, 1: 10})
    assert np.allclose(whole.scores, np.maximum(long, 0.1 * short))
    assert np.array_equal(union(graphs, None, {0: 5, 1: 5}).scores, np.maximum(long, short))


def test_regimes_are_not_looked_for_where_that_is_not_wanted(two_regimes, discover):
    series = TimeSeries.from_segments(two_regimes[0])
    graph = discover(series, max_lag=2, updates=40, find_regimes=False)
    assert graph.per_regime == {}
    assert graph.regimes is None


def test_stays_are_the_segments_of_their_regime(noise):
    values = noise(30, 2)
    labels = np.repeat([0, 1, 0, 2], [10, 8, 9, 3])
    series = TimeSeries.from_segments([values])
    parts = by_regime(series, (labels,), 2)
    assert sorted(parts) == [0, 1]  # three rows of regime 2 hold no window of three and a target
    assert [len(s) for s in parts[0].segments] == [10, 9]
    assert np.array_equal(parts[0].segments[1], values[18:27])
    assert np.array_equal(parts[1].segments[0], values[10:18])
    assert by_regime(series, None, 2)[0] is series


def test_the_union_scores_an_edge_where_it_is_strongest(noise):
    one, two = np.abs(noise(2, 2, 3)), np.abs(noise(2, 2, 3, seed=1))
    graphs = {
        k: LaggedGraph(s, ("a", "b"), s > 1, forecast_error=float(k), edge_statistics={"x": s})
        for k, s in enumerate((one, two))
    }
    whole = union(graphs, None)
    assert np.array_equal(whole.scores, np.maximum(one, two))
    assert np.array_equal(whole.adjacency, (one > 1) | (two > 1))
    assert whole.forecast_error == 0.5
    assert whole.edge_statistics["x"] == pytest.approx((one + two) / 2)


def test_the_index_says_the_regime_of_the_step_to_forecast(cut, noise):
    labels = np.repeat([0, 1], [12, 8])
    sequences = cut(noise(20, 2), regimes=[labels], with_index=True)
    assert sequences.rows.shape[1] == 4
    assert sequences.n_index == 2
    first = len(sequences.rows) - 20  # the row of the first step
    for regime in (0, 1):
        at = sequences.in_regime(regime).targets - first
        assert torch.equal(at, torch.arange(3, 20)[labels[3:] == regime])
