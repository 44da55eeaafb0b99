"""What makes a system hard is what its name says, checked on coefficients and on series."""

import networkx as nx
import numpy as np
import pytest

from simulators.components.graphs import Graph
from simulators.structural.simulator import Structural


def path_graph(**options):
    return Graph(self_edges="none", acyclic=True, longest=2, **options)


def test_a_direct_edge_takes_back_a_share_of_its_path(coefficients):
    seen = 0
    for seed in range(5):
        with_direct = Structural(graph=path_graph(), cancelling=0.9).draw(seed)
        half = Structural(graph=path_graph(), cancelling=0.45).draw(seed)
        (a,), (b,) = coefficients(with_direct, 10), coefficients(half, 10)
        # Between two strengths only the direct edges change.
        for i, j, lag in np.argwhere(a != b):
            through = [
                a[i, k, first] * a[k, j, lag - first] for k in range(10) for first in range(1, lag)
            ]
            assert np.isclose(-a[i, j, lag], 0.9 * np.array(through)).any()
            assert b[i, j, lag] == pytest.approx(a[i, j, lag] / 2)
            assert with_direct.truth.adjacency[i, j, lag]
            seen += 1
    assert seen > 15


def test_a_cancelled_cause_leaves_a_tenth_in_total(coefficients):
    """One path and its direct edge: what an intervention does in the end, from the series."""
    graph = Graph(n_vars=3, max_lag=2, in_degree=1, longest=1, self_edges="none", acyclic=True)
    drawn = (Structural(graph=graph, cancelling=0.9).draw(seed) for seed in range(20))
    system = next(s for s in drawn if s.truth.adjacency[:, :, 2].any())
    ((i, j),) = np.argwhere(system.truth.adjacency[:, :, 2])
    (a,) = coefficients(system, 3)
    k = 3 - i - j
    path = a[i, k, 1] * a[k, j, 1]
    assert a[i, j, 2] == pytest.approx(-0.9 * path)
    (x,) = system.generate(400_000).series.segments
    x = x - x.mean(axis=0)
    total = x[:-2, i] @ x[2:, j] / (x[:-2, i] @ x[:-2, i])
    assert total == pytest.approx(0.1 * path, abs=0.006)


def test_causes_come_before_effects():
    for seed in range(10):
        graph = Graph(acyclic=True, instantaneous=0.2)
        edges = np.argwhere(Structural(graph=graph).draw(seed).truth.adjacency)
        crossing = [(i, j) for i, j, _ in edges if i != j]
        assert nx.is_directed_acyclic_graph(nx.DiGraph(crossing))


def test_few_causes_drive_all():
    graph = Graph(self_edges="none", n_causes=3)
    for seed in range(5):
        edges = np.argwhere(Structural(graph=graph).draw(seed).truth.adjacency)
        assert len({i for i, _, _ in edges}) <= 3
        assert len({j for _, j, _ in edges}) == 10


def test_edges_may_be_shorter_than_the_window():
    truth = Structural(graph=Graph(longest=2)).draw(0).truth
    assert truth.max_lag == 5
    assert not truth.adjacency[:, :, 3:].any()


def test_observation_noise_is_added_to_the_series_alone():
    plain = Structural().draw(3)
    noisy = Structural(observation_noise=0.5).draw(3)
    np.testing.assert_array_equal(plain.truth.scores, noisy.truth.scores)
    (x,), (y,) = (s.generate(50_000).series.segments for s in (plain, noisy))
    np.testing.assert_allclose((y - x).std(axis=0), 0.5 * x.std(axis=0), rtol=0.05)
    noise = y - x
    assert np.abs(np.corrcoef(noise.T, x.T)[:10, 10:]).max() < 0.03
    assert np.abs((noise[1:] * noise[:-1]).mean(axis=0)).max() < 0.03
    (short,) = noisy.generate(500).series.segments
    np.testing.assert_array_equal(short, y[:500])


def spurious(n_latent, seed):
    """Return the largest coefficient of a VAR where there is no edge, over its standard error."""
    system = Structural(
        graph=Graph(n_vars=5, max_lag=3, in_degree=1, self_edges="none", acyclic=True),
        n_latent=n_latent,
        latent_strength=3.0,
        autocorrelation=(0.3, 0.9),
    ).draw(seed)
    (x,) = system.generate(10_000).series.segments
    x = x - x.mean(axis=0)
    past = np.hstack([x[3 - lag : len(x) - lag] for lag in (1, 2, 3)])
    found, residual, *_ = np.linalg.lstsq(past, x[3:], rcond=None)
    variance = np.diag(np.linalg.inv(past.T @ past))[:, None] * residual / len(past)
    z = (found / np.sqrt(variance)).reshape(3, 5, 5).transpose(1, 2, 0)
    return np.abs(z[~system.truth.adjacency[:, :, 1:]]).max()


def test_latent_confounders_mislead_a_regression():
    assert max(spurious(0, seed) for seed in range(4)) < 6
    assert min(spurious(3, seed) for seed in range(4)) > 12
