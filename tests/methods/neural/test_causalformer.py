import itertools

import numpy as np
import pytest
import torch

from methods import DeclinedError, TimeSeries
from methods.neural.causalformer.method import CausalFormer
from methods.neural.causalformer.network import Network, unrolled
from methods.neural.causalformer.relevance import relevance
from simulators.linear_var import LinearVAR

DIAMOND = (
    *((i, i, 1) for i in range(4)),
    (0, 1, 1),
    (0, 2, 2),
    (1, 3, 1),
    (2, 3, 2),
)


def discover(series, max_lag=2, **parameters):
    method = CausalFormer(device="cpu", **parameters)
    return method.discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


@pytest.fixture
def small():
    """A network of 3 variables and 4 steps with weights that differ, and 5 windows."""
    generator = torch.Generator().manual_seed(0)
    network = Network(3, 4, CausalFormer(width=4, heads=2), generator)
    for weights in network.parameters():
        weights.data += 0.3 * torch.randn(weights.shape, generator=generator)
    return network, torch.randn(5, 3, 4, generator=generator)


def product(network, attention, inputs, w, h, i, j, p, lag):
    """What a cause j, head and lag add to effect i, p steps before the last, by the formula."""
    if (i == j and lag == 0) or p + lag > 3:
        return 0.0
    weight = network.heads_out[0, h] * network.kernel[h, i, j, lag] * attention[w, h, i, j]
    return float((weight * inputs[w, j, p + lag] / (4 - p)).detach())


def test_convolution_is_that_of_the_formula(small):
    network, inputs = small
    attention, mixed, _ = (part.detach() for part in network(inputs))
    for i, p in itertools.product(range(3), range(3)):
        terms = itertools.product(range(2), range(3), range(4))
        total = sum(product(network, attention, inputs, 2, h, i, j, p, lag) for h, j, lag in terms)
        assert float(mixed[2, i, p]) == pytest.approx(total, abs=1e-5)


def test_relevance_is_the_sum_over_all_products(small):
    network, inputs = small
    attention, mixed, forecast = network(inputs)
    slopes = torch.autograd.grad(forecast.sum(), (attention,))
    mixed = mixed.detach()
    # The kernel's gradient at the last step alone, as its relevance is.
    last = torch.autograd.grad(network(inputs).forecast[:, :, 0].sum(), network.kernel)[0]
    of_attention, of_kernel = relevance(network, inputs)
    for i, j in itertools.product(range(3), range(3)):
        total = 0.0
        for w, h in itertools.product(range(5), range(2)):
            share = sum(
                product(network, attention, inputs, w, h, i, j, p, lag) * float(mixed[w, i, p])
                for p, lag in itertools.product(range(3), range(4))
            )
            total += max(share, 0) * abs(float(slopes[0][w, h, i, j]))
        assert of_attention[j, i] == pytest.approx(total / 10, rel=1e-3, abs=1e-6)
        for lag in range(4):
            shares = [
                sum(
                    product(network, attention, inputs, w, h, i, j, 0, lag) * float(mixed[w, i, 0])
                    for w in range(5)
                )
                for h in range(2)
            ]
            total = sum(max(shares[h], 0) * abs(float(last[h, i, j, lag])) for h in range(2))
            assert of_kernel[j, i, lag] == pytest.approx(total / 50, rel=1e-3, abs=1e-6)


def test_windows_end_before_they_begin(small):
    _, inputs = small
    read = unrolled(inputs)
    assert torch.equal(read[:, :, 2, 1], inputs[:, :, 3] / 2)
    assert not read[:, :, 2, 2:].any()


@pytest.mark.slow
def test_diamond_is_found_as_in_the_paper():
    # The authors' run has a mean F1 of 0.68 on ten such sets, the self-loops alone have 0.67.
    a = np.zeros((4, 4, 2))
    for cause, effect, lag in DIAMOND:
        a[cause, effect, lag - 1] = 0.5
    coefficients = tuple(tuple(map(tuple, row)) for row in a.tolist())
    series = LinearVAR(coefficients=coefficients).draw(0).generate(800).series
    graph = discover(series)
    truth, found = a.any(axis=2), graph.adjacency.any(axis=2)
    assert 2 * (truth & found).sum() / (truth.sum() + found.sum()) > 0.68
    assert all(graph.adjacency[edge] for edge in DIAMOND)


def test_causes_are_the_highest_clusters():
    attention = np.array([[0.9, 0.0, 1e-20], [0.8, 0.0, 8e-20], [0.1, 0.0, 9e-20]])
    causes = CausalFormer()._causes(attention, 0)
    assert causes.T.tolist() == [[True, True, False], [False] * 3, [False, True, True]]


def test_parameters_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="width: expected a multiple of heads = 3, found 256"):
        CausalFormer(heads=3)
    with pytest.raises(ValueError, match="chosen: expected less than clusters = 2, found 2"):
        CausalFormer(chosen=2)


def test_too_few_variables_or_windows_are_declined():
    values = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(DeclinedError, match="2 clusters, found 1 variables"):
        discover(TimeSeries.from_array(values[:, :1]))
    with pytest.raises(DeclinedError, match=r"at least 20 windows of 16 steps .* found 5"):
        discover(TimeSeries.from_array(values[:20]))
