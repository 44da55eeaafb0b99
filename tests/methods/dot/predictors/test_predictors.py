import numpy as np
import pytest
import torch

from methods import TimeSeries
from methods.dot.predictors import scalars
from methods.dot.predictors.convolution import Convolution
from methods.dot.predictors.parts import Shape, Size
from methods.dot.predictors.perceptron import Perceptron
from methods.dot.predictors.recurrent import Recurrent
from methods.dot.predictors.scalars import Scalars
from methods.dot.predictors.steps import Steps
from methods.dot.variants.networks import CNN, LSTM, MLP
from methods.dot.variants.paper import DOTPaper

NETWORKS = [Convolution, Perceptron, Recurrent, Scalars, Steps]
METHODS = [CNN, DOTPaper, LSTM, MLP]
ALL_BEFORE = [Recurrent, Scalars, Steps]  # the others see max_lag steps


def build(network, seed=0, max_lag=3):
    """A network of 2 layers for 4 inputs and 3 effects."""
    generator = torch.Generator().manual_seed(seed)
    shape = Shape(n_inputs=4, n_effects=3, max_lag=max_lag, context=8)
    return network(shape, Size(width=8, layers=2, heads=2), generator)


@pytest.fixture
def talking():
    """A network with random weights in its head, which are 0 before training."""

    def build_talking(network, **shape):
        inner = build(network, **shape).requires_grad_(False)
        weight = inner.head if network is Scalars else inner.head.weight
        weight.copy_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)))
        return inner

    return build_talking


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("max_lag", [1, 3, 4])
def test_a_forecast_sees_its_window_and_nothing_later(network, max_lag, talking, noise):
    inner = talking(network, max_lag=max_lag)
    inputs = torch.tensor(noise(2, 8, 4), dtype=torch.float32)
    before = torch.cat(inner(inputs), dim=2)
    positions = 8 - max_lag + 1
    assert before.shape == (2, positions, 6)
    for step in range(8):
        moved = inputs.clone()
        moved[0, step] += 1.0
        changed = (torch.cat(inner(moved), dim=2) != before).any(dim=2)
        assert not changed[1].any()
        longest = 8 if network in ALL_BEFORE else max_lag
        # Forecast p uses inputs up to p + max_lag - 1.
        ages = [p + max_lag - 1 - step for p in range(positions)]
        assert changed[0].tolist() == [0 <= age < longest for age in ages]


@pytest.mark.parametrize("network", NETWORKS)
def test_zero_before_training_and_all_weights_from_the_generator(network, noise):
    state = torch.get_rng_state()
    one, same, other = (build(network, seed) for seed in (0, 0, 1))
    assert torch.equal(state, torch.get_rng_state())
    for part in one(torch.tensor(noise(2, 8, 4), dtype=torch.float32)):
        assert not part.any()
    weights = [dict(inner.named_parameters()) for inner in (one, same, other)]
    for name, weight in weights[0].items():
        assert torch.equal(weight, weights[1][name])
        # What does not differ between seeds is a constant: ones of a norm, zeros, a peak.
        constant = weight.unique().numel() == 1 or name.endswith("position_bias")
        assert constant or (weight != weights[2][name]).any()


@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_of_a_frozen_network_are_those_of_finite_differences(network, talking, noise):
    inner = talking(network).double()
    inputs = torch.tensor(noise(1, 5, 4)).requires_grad_()
    assert torch.autograd.gradcheck(inner, inputs)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.slow
def test_an_even_function_is_found_and_global_randomness_untouched(method, noise):
    values = noise(1000, 3)
    values[2:, 1] += np.abs(values[:-2, 0]) * 2
    small = method(width=16, updates=400, learning_rate=1e-2, device="cpu")
    state = torch.get_rng_state()
    one, two = (
        small.discover(TimeSeries.from_array(values), max_lag=2, rng=np.random.default_rng(0))
        for _ in range(2)
    )
    assert torch.equal(state, torch.get_rng_state())
    assert one.scores.tobytes() == two.scores.tobytes()
    assert np.unravel_index(np.nanargmax(one.scores), one.scores.shape) == (0, 1, 2)
    second = np.sort(one.scores[:, :, 1:], axis=None)[-2]
    assert one.scores[0, 1, 2] > 2 * second
    assert one.adjacency.sum(axis=(0, 2)).tolist() == [3, 3, 3]


def test_tokens_of_scalars_see_their_step_and_the_past(talking, noise):
    inner = talking(Scalars)
    windows = torch.tensor(noise(5, 3, 4), dtype=torch.float32)
    first, last = inner.attentions(windows)
    step = np.arange(12) // 4  # four variables per step, the farthest first
    assert first.shape == (5, 2, 12, 12)
    assert torch.equal((first > 0).all(dim=0).all(dim=0), torch.tensor(step[:, None] >= step))
    assert last.shape == (5, 2, 4, 12)
    for weights in (first, last):
        assert weights.sum(dim=-1).numpy() == pytest.approx(1, abs=1e-5)


@torch.no_grad()
def test_windows_of_scalars_in_parts_give_the_same(talking, noise, monkeypatch):
    inner = talking(Scalars)
    series = torch.tensor(noise(4, 5, 4), dtype=torch.float32)
    whole = [inner(series)[0], *inner.attentions(series)]
    monkeypatch.setattr(scalars, "_WEIGHTS", 2 * 32 * 32 * 3)
    for one, other in zip(whole, [inner(series)[0], *inner.attentions(series)], strict=True):
        assert one.numpy() == pytest.approx(other.numpy(), abs=1e-5)
