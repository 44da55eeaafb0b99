import lingam
import numpy as np
import pytest

from methods import DeclinedError, TimeSeries
from methods.linear.varlingam import VARLiNGAM


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
    series = TimeSeries.from_array(structural(400) * [1, -10, 0.1] + [0, 5, 0])
    graph = discover(series, max_lag=3, prune=prune)
    [standardized] = series.standardized().segments
    model = lingam.VARLiNGAM(lags=3, criterion=None, prune=prune).fit(standardized)
    signed = np.asarray(model.adjacency_matrices_).transpose(2, 1, 0)
    found = np.nan_to_num(graph.edge_statistics["coefficient"])
    assert found == pytest.approx(signed, rel=1e-6, abs=1e-9)
    assert found[0, 1, 0] < 0
    expected = np.abs(signed)
    scores = graph.scores.copy()
    assert np.isnan(np.diag(scores[:, :, 0])).all()
    np.fill_diagonal(scores[:, :, 0], 0.0)
    assert scores == pytest.approx(expected, rel=1e-6, abs=1e-9)
    if prune:
        assert np.array_equal(graph.adjacency, expected != 0)
    else:
        assert graph.adjacency is None


def small_system(seed):
    """Return a random series with effects at lag 0 and beyond, and its number of lags."""
    rng = np.random.default_rng(seed)
    n, lags = int(rng.integers(2, 6)), int(rng.integers(1, 4))
    n_samples = int(rng.integers(n * (lags + 1) + lags + 8, 150))
    noise = [rng.laplace, rng.normal, lambda size: rng.uniform(-1, 1, size)][seed % 3]
    values = noise(size=(n_samples, n))
    instant = np.tril(rng.uniform(-1, 1, (n, n)) * (rng.random((n, n)) < 0.5), -1)
    lagged = rng.uniform(-0.3, 0.3, (lags, n, n)) * (rng.random((lags, n, n)) < 0.4)
    for t in range(lags, n_samples):
        for lag in range(lags):
            values[t] += 0.9 * lagged[lag] @ np.tanh(values[t - 1 - lag])
        values[t] = np.linalg.solve(np.eye(n) - instant, values[t])
    return TimeSeries.from_array(values[:, rng.permutation(n)]), lags


@pytest.mark.parametrize(("order", "n_systems"), [("fixed", 50), ("bic", 10)])
@pytest.mark.parametrize("prune", [True, False])
def test_both_routes_agree_on_random_systems(prune, order, n_systems):
    for seed in range(n_systems):
        series, lags = small_system(seed)
        fast = discover(series, lags, prune=prune, order=order)
        shipped = discover(series, lags, prune=prune, order=order, exact="library")
        assert fast.scores == pytest.approx(shipped.scores, rel=1e-7, abs=1e-10, nan_ok=True)
        assert not prune or np.array_equal(fast.adjacency, shipped.adjacency)


def test_bic_drops_lags_that_say_nothing():
    series = TimeSeries.from_array(structural(1000)[:, :2])
    graph = discover(series, max_lag=4, order="bic")
    assert graph.scores.shape == (2, 2, 5)
    assert graph.scores[:, :, 3:].max() == 0
    assert discover(series, max_lag=4, order="bic", prune=False).scores[:, :, 2].min() > 0


def test_nearly_dependent_columns_lose_no_more_digits_than_in_the_library():
    values = structural(300)
    close = values[:, 0] + 1e-5 * np.random.default_rng(1).laplace(size=300)
    series = TimeSeries.from_array(np.column_stack([values, close]))
    fast, shipped = (discover(series, prune=False, exact=exact) for exact in ("fast", "library"))
    assert np.nanmax(shipped.scores) > 1e3
    assert fast.scores == pytest.approx(shipped.scores, rel=1e-5, abs=1e-5, nan_ok=True)


def test_library_route_takes_one_segment_of_several_variables():
    values = structural(100)
    several = TimeSeries.from_segments([values[:50], values[50:]])
    for series in (several, TimeSeries.from_array(values[:, :1])):
        with pytest.raises(DeclinedError, match="use exact=fast"):
            discover(series, exact="library")
        assert np.isfinite(discover(series).scores[:, :, 1:]).all()


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
