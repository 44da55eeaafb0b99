"""Own pasts and one factor for all else: the bound is checked on the companion matrix itself."""

import numpy as np
import pytest

from simulators.components.graphs import Graph
from simulators.components.regimes import Regimes
from simulators.structural.simulator import Structural

RATE = 0.9 ** (1 / 5)


def radius(a):
    """Return the spectral radius of the companion matrix of `[cause, effect, lag]`."""
    n = len(a)
    now = np.linalg.inv(np.eye(n) - a[:, :, 0].T)
    companion = np.eye(5 * n, k=-n)
    companion[:n] = np.hstack([now @ a[:, :, lag].T for lag in range(1, 6)])
    return np.abs(np.linalg.eigvals(companion)).max()


@pytest.mark.parametrize("n_regimes", [1, 3])
@pytest.mark.parametrize("instantaneous", [0.0, 0.2])
def test_a_graph_with_cycles_is_scaled_to_the_rate(n_regimes, instantaneous, coefficients):
    for seed in range(4):
        system = Structural(
            graph=Graph(self_edges="none", instantaneous=instantaneous),
            autocorrelation=(0.3, 0.95),
            regimes=Regimes(n_regimes=n_regimes),
        ).draw(seed)
        a = coefficients(system, 10)
        # The bound is on the largest absolute values, and reached where it decides.
        assert radius(np.abs(a).max(axis=0)) == pytest.approx(RATE, abs=1e-6)
        assert max(radius(part) for part in a) < RATE


def test_a_graph_without_cycles_keeps_its_coefficients(coefficients):
    system = Structural(
        graph=Graph(self_edges="none", acyclic=True), autocorrelation=(0.3, 0.95)
    ).draw(0)
    (a,) = coefficients(system, 10)
    own = np.diagonal(a[:, :, 1])
    crossing = np.abs(a[a != 0])
    crossing = crossing[~np.isin(crossing, own)]
    assert crossing.min() >= 0.2
    assert crossing.max() <= 0.5
    assert radius(a) == pytest.approx(own.max())


def test_every_variable_has_its_own_past(coefficients):
    own = []
    for seed in range(20):
        system = Structural(
            graph=Graph(self_edges="none"), autocorrelation=(0.3, 0.95), n_latent=1
        ).draw(seed)
        (a,) = coefficients(system, 11)
        own += np.diagonal(a[:, :, 1]).tolist()
        assert system.truth.adjacency[np.arange(10), np.arange(10), 1].all()
    assert min(own) >= 0.3
    assert max(own) <= 0.95
    assert np.mean(own) == pytest.approx(0.625, abs=0.05)


def test_an_own_past_is_seen_in_the_series(coefficients):
    system = Structural(
        graph=Graph(n_vars=4, in_degree=0, self_edges="none"), autocorrelation=(0.3, 0.95)
    ).draw(1)
    (x,) = system.generate(100_000).series.segments
    (a,) = coefficients(system, 4)
    found = [np.corrcoef(column[1:], column[:-1])[0, 1] for column in x.T]
    np.testing.assert_allclose(found, np.diagonal(a[:, :, 1]), atol=0.02)


@pytest.mark.parametrize(
    "mechanism", ["mlp_additive", "mlp_concat", "gaussian_process", "product"]
)
def test_own_pasts_stand_beside_functions_of_any_kind(mechanism):
    system = Structural(
        graph=Graph(self_edges="none"), mechanism=mechanism, autocorrelation=(0.5, 0.9)
    ).draw(0)
    sample = system.generate(5_000)
    assert sample.properties["autocorrelation"] > 0.4
    assert np.abs(sample.series.segments[0]).max() < 100
