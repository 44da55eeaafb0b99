import numpy as np
import pytest

from methods import DeclinedError, TimeSeries
from methods.dot.variants import CNN, MLP, DOTPaper


@pytest.fixture(scope="module")
def two_regimes():
    """X0 drives X1 in regime 3 and X2 in regime 7; one segment each."""
    rng = np.random.default_rng(0)
    segments = [rng.normal(size=(1500, 3)) for _ in range(2)]
    segments[0][1:, 1] += 1.5 * np.tanh(segments[0][:-1, 0])
    segments[1][2:, 2] += 1.5 * np.tanh(segments[1][:-2, 0])
    return segments, [np.full(1500, 3), np.full(1500, 7)]


def discover(method, series, max_lag=2):
    return method.discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def strongest(graph):
    return np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape)


def test_with_the_index_one_network_has_a_graph_for_each_regime(two_regimes):
    segments, labels = two_regimes
    told = TimeSeries.from_segments(segments, regimes=labels)
    graph = discover(MLP(width=32, domain_index=True, device="cpu"), told)
    assert sorted(graph.per_regime) == [3, 7]
    assert strongest(graph.per_regime[3]) == (0, 1, 1)
    assert strongest(graph.per_regime[7]) == (0, 2, 2)
    assert graph.regimes is None
    assert graph.converged
    assert graph.forecast_error < 0.9


def test_without_labels_or_with_one_there_is_one_graph(two_regimes):
    segments, _ = two_regimes
    plain, one = (
        discover(
            CNN(width=8, updates=100, device="cpu"), TimeSeries.from_segments(segments, **more)
        )
        for more in ({}, {"regimes": [np.full(1500, 5)] * 2})
    )
    assert plain.per_regime == one.per_regime == {}
    assert plain.scores.tobytes() == one.scores.tobytes()


def test_the_relevance_of_a_regime_is_the_mean_over_its_steps(two_regimes):
    """A labelling by chance gives each label the graph of the whole, up to sampling."""
    segments, _ = two_regimes
    rng = np.random.default_rng(1)
    labels = [rng.integers(2, size=1500) for _ in segments]
    series = TimeSeries.from_segments(segments, regimes=labels)
    graph = discover(CNN(width=16, device="cpu"), series)
    first, second = (graph.per_regime[k].scores[:, :, 1:] for k in (0, 1))
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.98


@pytest.mark.parametrize("method", [CNN, DOTPaper])
def test_a_series_too_short_to_hold_steps_out_is_declined(method):
    values = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(DeclinedError, match="58 forecastable steps are too few"):
        discover(method(device="cpu"), TimeSeries.from_array(values))


def test_a_threshold_selects_what_scores_above_it(two_regimes):
    series = TimeSeries.from_segments(two_regimes[0])
    small = CNN(width=8, updates=100, readout="threshold", threshold=0.05, device="cpu")
    graph = discover(small, series)
    assert np.array_equal(graph.adjacency, np.nan_to_num(graph.scores) > 0.05)
    assert graph.adjacency.any()
