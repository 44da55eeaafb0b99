import lingam
import numpy as np
import pytest

from methods import DeclinedError, TimeSeries
from methods.varlingam import VARLiNGAM


def structural(n_samples, seed=0):
    """X0 -> X1 at lag 0, X1 -> X2 at lag 0, X2 -> X0 at lag 2, Laplace noise."""
    noise = np.random.default_rng(seed).laplace(size=(n_samples, 3))
    values = noise.copy()
    for t in range(2, n_samples):
        values[t, 0] += 0.4 * values[t - 2, 2]
        values[t, 1] += 0.8 * values[t, 0]
        values[t, 2] += 0.7 * values[t, 1]
    return values


def discover(series, max_lag=2, **parameters):
    method = VARLiNGAM(**parameters)
    return method.discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


@pytest.mark.parametrize("prune", [True, False])
def test_is_what_the_library_returns_on_one_segment(prune):
    series = TimeSeries.from_array(structural(400) * [1, 10, 0.1] + [0, 5, 0])
    graph = discover(series, max_lag=3, prune=prune)
    [standardized] = series.standardized().segments
    model = lingam.VARLiNGAM(lags=3, criterion=None, prune=prune).fit(standardized)
    expected = np.abs(model.adjacency_matrices_).transpose(2, 1, 0)
    scores = graph.scores.copy()
    assert np.isnan(np.diag(scores[:, :, 0])).all()
    np.fill_diagonal(scores[:, :, 0], 0.0)
    assert scores == pytest.approx(expected, rel=1e-6, abs=1e-9)
    if prune:
        assert np.array_equal(graph.adjacency, expected != 0)
    else:
        assert graph.adjacency is None


def test_finds_edges_at_lag_0_in_their_direction():
    graph = discover(TimeSeries.from_array(structural(3000)))
    truth = [[0, 1, 0], [1, 2, 0], [2, 0, 2]]
    strongest = np.argsort(-np.nan_to_num(graph.scores).ravel())[:3]
    found = np.column_stack(np.unravel_index(strongest, graph.scores.shape))
    assert sorted(found.tolist()) == truth
    assert graph.adjacency[tuple(np.transpose(truth))].all()


def test_segments_give_the_coefficients_of_the_whole():
    values = structural(4000)
    whole = discover(TimeSeries.from_array(values))
    split = discover(TimeSeries.from_segments([values[k : k + 400] for k in range(0, 4000, 400)]))
    assert split.scores == pytest.approx(whole.scores, abs=0.03, nan_ok=True)


def test_copied_column_and_too_few_rows_are_declined():
    values = structural(100)
    copied = TimeSeries.from_array(np.column_stack([values, values[:, 0]]))
    with pytest.raises(DeclinedError, match="lagged values of X0, X3;"):
        discover(copied)
    with pytest.raises(DeclinedError, match="VARLiNGAM needs more than 10 windows"):
        discover(TimeSeries.from_array(values[:12]))


def test_nearly_equal_columns_raise_no_warning_of_the_lasso():
    for seed in range(10):
        values = np.random.default_rng(seed).normal(size=(60, 4))
        values[:, 1] = values[:, 0] + 1e-6 * values[:, 1]
        graph = discover(TimeSeries.from_array(values), max_lag=3)
        assert np.isfinite(graph.scores[:, :, 1:]).all()
