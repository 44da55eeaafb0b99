import numpy as np
import pytest
import torch
from torch.nn.functional import conv1d, prelu

from methods import DeclinedError, TimeSeries
from methods.neural.tcdf import network as tcdf_network
from methods.neural.tcdf.method import TCDF, potential_causes
from methods.neural.tcdf.network import Networks, Reading
from simulators.linear_var import LinearVAR


def discover(series, max_lag=3, seed=0, **parameters):
    return TCDF(device="cpu", **parameters).discover(
        series, max_lag=max_lag, rng=np.random.default_rng(seed)
    )


def chosen(graph, effects):
    edges = np.argwhere(graph.adjacency).tolist()
    return {tuple(edge) for edge in edges if edge[1] in effects}


def demo(n_samples=2000):
    """X0 -> X1 at lag 1, X1 -> X2 at lag 2; X0 and X3 are random, as in the authors' example."""
    values = np.random.default_rng(0).normal(size=(n_samples, 4)) * [1, 0.5, 0.5, 1]
    values[1:, 1] += values[:-1, 0]
    values[2:, 2] += values[:-2, 1]
    return TimeSeries.from_array(values)


def sparse_var(n=10, parents=2, max_lag=3, seed=0):
    """Each variable depends on two others and, as returns do, not on itself."""
    rng = np.random.default_rng(seed)
    a = np.zeros((n, n, max_lag))
    for effect in range(n):
        others = [i for i in range(n) if i != effect]
        for cause in rng.choice(others, parents, replace=False):
            a[cause, effect, rng.integers(max_lag)] = rng.choice([-0.4, 0.4])
    return LinearVAR(coefficients=tuple(tuple(map(tuple, row)) for row in a.tolist()))


def test_forecast_is_a_depthwise_convolution_with_attention():
    n, taps, effect = 3, 4, 1
    model = Networks(n, taps, torch.Generator().manual_seed(0))
    model.attention.data += torch.randn(n, n, generator=torch.Generator().manual_seed(1))
    series = torch.randn(n, 50, generator=torch.Generator().manual_seed(2))
    shares = torch.softmax(model.attention[:, effect], dim=0)
    kernel = model.kernel[:, :, effect].flip(1).clone()
    kernel[effect, -1] = 0
    hidden = conv1d(
        (series * shares[:, None])[None], kernel[:, None], model.bias[:, 0, effect], groups=n
    )
    hidden = prelu(hidden, model.slope[:, 0, effect])
    expected = conv1d(hidden, model.pointwise[:, 0, effect][None, :, None], model.offset[[effect]])
    windows = series.unfold(1, taps, 1).flip(2)
    assert torch.allclose(model(windows)[:, effect], expected[0, 0], atol=1e-6)


def test_finds_causes_and_delays_of_the_authors_example():
    graph = discover(demo())
    # Not of X0 and X3, which nothing forecasts: there training gains next to nothing.
    assert chosen(graph, [1, 2]) == {(0, 1, 1), (1, 2, 2)}
    assert graph.scores[0, 1].argmax() == 1
    assert graph.scores[1, 2].argmax() == 2
    assert np.isfinite(graph.scores[~np.eye(4, dtype=bool)]).all()


@pytest.mark.slow
def test_most_pairs_of_a_sparse_var_are_found():
    system = sparse_var().draw(0)
    graph = discover(system.generate(1000).series)
    truth = np.nan_to_num(system.truth.scores).max(axis=2) > 0
    found = graph.adjacency.any(axis=2)
    assert 2 * (truth & found).sum() / (truth.sum() + found.sum()) >= 0.7


def test_threshold_is_1_for_few_variables_and_the_widest_gap_for_many():
    few = np.ones((3, 3))
    few[:, 0] = [1.2, 0.9, 1.01]
    assert potential_causes(few)[:, 0].tolist() == [True, False, True]
    many = np.ones((7, 7))
    # The gaps after 2.5 and after 1.8 are wider, but the first and the lower half do not count.
    many[:, 0] = [2.5, 1.05, 1.9, 0.3, 1.85, 1.1, 0.7]
    many[:, 1] = [0.5, 0.6, 0.9, 0.8, 0.7, 0.3, 1.4]
    many[:, 2] = [0.5, 0.6, 0.9, 0.8, 0.7, 0.3, 0.4]
    causes = potential_causes(many)
    assert np.flatnonzero(causes[:, 0]).tolist() == [0, 2, 4]
    assert np.flatnonzero(causes[:, 1]).tolist() == [6]
    assert not causes[:, 2].any()


def test_cause_whose_shuffling_costs_little_is_not_validated():
    attention = np.array([[0.5, 1.5], [1.4, 0.6]])
    kernel = np.zeros((2, 2, 3))
    kernel[0, 1, 2] = kernel[1, 0, 1] = 1
    reading = Reading(
        attention=attention,
        softmax=attention / attention.sum(axis=0),
        kernel=kernel,
        first_loss=np.ones(2),
        last_loss=np.full(2, 0.5),
        # Of the gain of 0.5, shuffling X0 leaves 0.3, shuffling X1 leaves 0.45.
        shuffled_loss=np.array([[0.5, 0.7], [0.55, 0.5]]),
    )
    assert np.argwhere(TCDF()._decide(reading)).tolist() == [[0, 1, 2]]


def test_blocks_of_windows_do_not_change_the_result(monkeypatch):
    series = demo(300)
    whole = discover(series, epochs=50)
    monkeypatch.setattr(tcdf_network, "_CHUNK", 16 * 64)
    assert np.allclose(discover(series, epochs=50).scores, whole.scores, 1e-3, equal_nan=True)


def test_segments_are_not_glued_and_units_do_not_matter():
    values = demo().segments[0]
    pieces = [values[k : k + 100] * [1e12, 1, 1e-12, 1] for k in range(0, 2000, 100)]
    graph = discover(TimeSeries.from_segments(pieces))
    assert chosen(graph, [1, 2]) == {(0, 1, 1), (1, 2, 2)}


def test_one_variable_is_declined():
    values = np.random.default_rng(0).normal(size=(100, 1))
    with pytest.raises(DeclinedError, match="at least 2 variables"):
        discover(TimeSeries.from_array(values))
