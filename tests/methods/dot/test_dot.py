import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from methods import DeclinedError, TimeSeries
from methods.dot.method import DOT
from methods.dot.variants.paper import DOTPaper


@pytest.mark.slow
def test_same_seed_same_bytes_and_global_randomness_untouched(discover, noise):
    values = noise(600, 3)
    values[1:, 1] += 3 * np.abs(values[:-1, 0])
    state = torch.get_rng_state()
    one, two, other = (discover(values, seed=seed, updates=40) for seed in (0, 0, 1))
    assert one.scores.tobytes() == two.scores.tobytes()
    assert one.scores.tobytes() != other.scores.tobytes()
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("attribution", ["gradient", "gradient_energy"])
@pytest.mark.slow
def test_an_even_function_is_found_where_correlation_is_blind(attribution, discover, noise):
    values = noise(1500, 3)
    values[2:, 1] += np.abs(values[:-2, 0]) * 2
    blind = np.corrcoef(values[:-2, 0], values[2:, 1])[0, 1]
    assert abs(blind) < 0.1
    graph = discover(values, max_lag=3, attribution=attribution)
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 2)
    assert graph.adjacency[0, 1, 2]
    assert graph.adjacency.sum() <= 2
    paper = discover(values, max_lag=3, attribution=attribution, readout="top_per_effect")
    assert paper.adjacency.sum(axis=(0, 2)).tolist() == [3, 3, 3]


@pytest.mark.slow
def test_small_linear_data_are_ranked_no_worse_than_by_least_squares(discover, noise):
    ours, floor = [], []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        truth = (rng.random((5, 5, 2)) < 0.15) * rng.uniform(0.1, 0.3, size=(5, 5, 2))
        values = rng.normal(size=(400, 5))
        for t in range(2, 400):
            values[t] += values[t - 1] @ truth[:, :, 0] + values[t - 2] @ truth[:, :, 1]
        standard = TimeSeries.from_array(values).standardized().segments[0]
        past = np.concatenate([standard[1:-1], standard[:-2]], axis=1)
        least = np.linalg.lstsq(past, standard[2:], rcond=None)[0].reshape(2, 5, 5)
        edges = (truth > 0).ravel()
        floor.append(average_precision_score(edges, np.abs(least).transpose(1, 2, 0).ravel()))
        ours.append(average_precision_score(edges, discover(values).scores[:, :, 1:].ravel()))
    assert np.mean(ours) >= np.mean(floor) - 0.02


@pytest.mark.slow
def test_short_series_with_many_lags_are_ranked_no_worse_than_by_least_squares(discover, noise):
    steps, n, lags = 300, 4, 10
    values = noise(steps, n, seed=3)
    for t in range(lags, steps):
        values[t] += 0.5 * values[t - lags, [1, 2, 3, 0]] + 0.4 * values[t - 7, [3, 0, 1, 2]]
    graph = discover(values, max_lag=lags)
    true = np.zeros((n, n, lags + 1), dtype=bool)
    true[[1, 2, 3, 0], range(n), lags] = true[[3, 0, 1, 2], range(n), 7] = True
    # The strongest links of a regression with twice as many columns are not these.
    assert graph.scores[true].min() > graph.scores[~true & ~np.isnan(graph.scores)].max()
    assert graph.adjacency[true].all()
    assert graph.adjacency.sum() <= true.sum() + 2


def test_forecast_error_is_the_share_of_variance_that_the_past_leaves(discover, noise):
    values = noise(3000, 2)
    for t in range(1, 3000):
        values[t] += [0.8, 0.6] * values[t - 1]
    # An AR(1) process with coefficient a leaves 1 - a^2 of its variance: 0.36 and 0.64.
    assert discover(values).forecast_error == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize(
    ("lengths", "n_vars", "max_lag"),
    [([4], 1, 2), ([52], 2, 50), ([5, 9, 7], 100, 3), ([3, 300, 40], 2, 1), ([60], 4, 3)],
)
def test_tiny_series_and_uneven_segments_give_finite_scores(
    lengths, n_vars, max_lag, discover, noise
):
    segments = [noise(length, n_vars, seed=k) for k, length in enumerate(lengths)]
    graph = discover(TimeSeries.from_segments(segments), max_lag=max_lag, updates=40)
    assert np.isfinite(graph.scores[:, :, 1:]).all()
    assert (graph.forecast_error is None) == (sum(lengths) < 300)


def test_too_short_to_train_without_a_linear_path_is_declined(discover, noise):
    with pytest.raises(DeclinedError, match="28 forecastable steps are too few"):
        discover(noise(30, 2), linear_path=False)


def test_without_a_linear_path_the_transformer_alone_finds_a_strong_edge(discover, noise):
    values = noise(1500, 2)
    values[1:, 1] += 1.5 * values[:-1, 0]
    graph = discover(values, linear_path=False)
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 1)


@pytest.mark.parametrize("method", [DOT, DOTPaper])
def test_width_that_heads_cannot_share_is_refused(method):
    with pytest.raises(ValueError, match="width: expected a multiple of heads = 4, found 30"):
        method(width=30)


def test_importing_the_method_does_not_import_torch():
    code = "import sys, methods.dot.method; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
