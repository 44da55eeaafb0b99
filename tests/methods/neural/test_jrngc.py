import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

from methods import DeclinedError, TimeSeries
from methods.neural.jrngc.method import JRNGC
from methods.neural.jrngc.network import Network, mean_absolute_jacobian
from simulators.linear_var import LinearVAR
from simulators.lorenz96 import Lorenz96


def discover(series, max_lag=5, **parameters):
    return JRNGC(device="cpu", **parameters).discover(
        series, max_lag=max_lag, rng=np.random.default_rng(0)
    )


def zhou_var(n=10, edges=20, max_lag=3, seed=0):
    """The VAR of the paper: +-1 at a random lag of random pairs, scaled to be stationary."""
    rng = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    a = np.zeros((n, n, max_lag))
    for k in rng.choice(len(pairs), edges, replace=False):
        a[(*pairs[k], rng.integers(max_lag))] = rng.choice([-1, 1])
    while True:
        companion = np.eye(n * max_lag, k=-n)
        companion[:n] = a.transpose(1, 2, 0).reshape(n, -1)
        if np.abs(np.linalg.eigvals(companion)).max() <= 0.998:
            return LinearVAR(coefficients=tuple(tuple(map(tuple, row)) for row in a.tolist()))
        a *= 0.99


def test_the_jacobian_in_closed_form_is_that_of_autograd():
    generator = torch.Generator().manual_seed(0)
    model = Network(6, 7, 3, generator)
    past = torch.randn((20, 6), generator=generator)
    expected = torch.stack(
        [torch.autograd.functional.jacobian(lambda z: model(z[None])[0][0], z) for z in past]
    )
    assert torch.allclose(model(past)[1], expected, atol=1e-6)
    found = mean_absolute_jacobian(model, past)
    assert torch.allclose(found, expected.abs().mean(dim=0), atol=1e-6)


@pytest.mark.slow
def test_var_of_the_paper():
    """The authors' results for 10 variables, at all lags: AUROC 0.9999, AUPRC 0.998."""
    system = zhou_var().draw(0)
    graph = discover(system.generate(600).series)
    right = np.concatenate([system.truth.scores[:, :, 1:] > 0, np.zeros((10, 10, 2), bool)], 2)
    scores = graph.scores[:, :, 1:]
    assert roc_auc_score(right.ravel(), scores.ravel()) > 0.995
    assert average_precision_score(right.ravel(), scores.ravel()) > 0.97
    assert graph.adjacency is None


@pytest.mark.slow
def test_lorenz_96():
    system = Lorenz96(n_vars=10, forcing=10.0).draw(0)
    graph = discover(system.generate(500).series)
    right = system.truth.scores[:, :, 1] > 0
    assert roc_auc_score(right.ravel(), graph.summary().scores.ravel()) > 0.97


@pytest.mark.slow
def test_an_effect_without_a_linear_trace_is_seen():
    values = np.random.default_rng(0).normal(size=(2000, 3))
    values[2:, 1] += values[:-2, 0] ** 2
    graph = discover(TimeSeries.from_array(values), max_lag=3)
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 2)


def test_copied_column_is_declined_with_its_name():
    values = np.random.default_rng(0).normal(size=(200, 2))
    series = TimeSeries.from_array(np.column_stack([values, -1e6 * values[:, 1]]), list("abc"))
    with pytest.raises(DeclinedError, match="b and c are copies"):
        discover(series)
