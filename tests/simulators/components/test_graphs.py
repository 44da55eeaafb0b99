from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.components.graphs import Graph, draw_parents, draw_pools

SEEDS = st.integers(0, 2**31)


def edges_of(graph, seed, n_latent=0):
    pools = draw_pools(graph, n_latent, seed)
    return [edge for pool in pools for edge in draw_parents(pool, seed, 0)]


@settings(max_examples=50, deadline=None)
@given(
    n_vars=st.integers(4, 9),
    max_lag=st.integers(1, 6),
    low=st.integers(1, 2),
    extra=st.integers(0, 2),
    lags=st.sampled_from(["any", "fixed", "minimum"]),
    self_edges=st.sampled_from(["allowed", "forced", "none"]),
    seed=SEEDS,
)
def test_laws_of_lagged_edges(n_vars, max_lag, low, extra, lags, self_edges, seed):
    low, high = min(low, 3), min(low + extra, 3)
    min_lag = (max_lag + 1) // 2 if lags == "minimum" else 1
    graph = Graph(
        n_vars=n_vars,
        max_lag=max_lag,
        in_degree=(low, high),
        lags=lags,
        min_lag=min_lag,
        self_edges=self_edges,
    )
    edges = edges_of(graph, seed)
    assert len(set(edges)) == len(edges)
    degrees = Counter(edge.effect for edge in edges)
    assert all(low <= degrees[j] <= high for j in range(n_vars))
    first = {"any": 1, "fixed": max_lag, "minimum": min_lag}[lags]
    assert all(first <= edge.lag <= max_lag for edge in edges)
    own = Counter(edge.effect for edge in edges if edge.cause == edge.effect)
    if self_edges == "forced":
        assert all(own[j] == 1 for j in range(n_vars))
    if self_edges == "none":
        assert not own


@settings(max_examples=50, deadline=None)
@given(n_vars=st.integers(1, 9), density=st.floats(0, 1), seed=SEEDS)
def test_lag_0_is_acyclic(n_vars, density, seed):
    graph = Graph(n_vars=n_vars, in_degree=0, instantaneous=density)
    edges = edges_of(graph, seed)
    assert all(edge.lag == 0 for edge in edges)
    assert nx.is_directed_acyclic_graph(nx.DiGraph([edge[:2] for edge in edges]))


def test_lag_0_order_is_not_the_column_order():
    graph = Graph(in_degree=0, instantaneous=0.5)
    forward = [e.cause < e.effect for seed in range(60) for e in edges_of(graph, seed)]
    assert abs(np.mean(forward) - 0.5) < 0.06


def test_density_and_places_are_uniform():
    graph = Graph(n_vars=5, max_lag=3, in_degree=None, density=0.2)
    count = np.zeros((5, 5, 4))
    for seed in range(600):
        for edge in edges_of(graph, seed):
            count[edge[:3]] += 1
    share = count[:, :, 1:] / 600
    assert (count[:, :, 0] == 0).all()
    assert abs(share.mean() - 0.2) < 0.01
    assert np.abs(share - 0.2).max() < 4.5 * np.sqrt(0.2 * 0.8 / 600)


def test_latent_variables_are_confounders():
    for seed in range(20):
        edges = edges_of(Graph(n_vars=6), seed, n_latent=2)
        for latent in (6, 7):
            assert [e[:3] for e in edges if e.effect == latent] == [(latent, latent, 1)]
            driven = {e.effect for e in edges if e.cause == latent} - {latent}
            assert 2 <= len(driven) <= 4


def test_more_latents_do_not_shift_the_graph():
    plain, confounded = edges_of(Graph(), 5), edges_of(Graph(), 5, n_latent=3)
    assert [e for e in confounded if max(e.cause, e.effect) < 10] == plain


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"in_degree": None}, "in_degree and density"),
        ({"density": 0.1}, "in_degree and density"),
        ({"in_degree": (3, 2)}, "in_degree"),
        ({"min_lag": 2}, "min_lag"),
        ({"min_lag": 6, "lags": "minimum"}, "min_lag"),
    ],
)
def test_contradictions_are_named(options, named):
    with pytest.raises(ValueError, match=named):
        Graph(**options)


@pytest.mark.parametrize("options", [{"in_degree": 9}, {"in_degree": 0, "self_edges": "forced"}])
def test_impossible_in_degree_is_named(options):
    with pytest.raises(ValueError, match="in_degree: expected"):
        draw_pools(Graph(n_vars=2, max_lag=2, **options), 0, 0)
