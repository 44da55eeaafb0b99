from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.components.graphs import Graph, draw_pools
from simulators.components.regimes import Regimes, draw_regimes
from simulators.structural.simulator import Structural

SEEDS = st.integers(0, 2**31)


def drawn(level, seed, n_regimes=4, **graph):
    pools = draw_pools(Graph(n_vars=6, **graph), 1, seed)
    return draw_regimes(pools, Regimes(n_regimes=n_regimes, level=level), seed)


@settings(max_examples=50, deadline=None)
@given(levels=st.tuples(st.floats(0, 1), st.floats(0, 1)), seed=SEEDS)
def test_a_sweep_over_level_is_nested(levels, seed):
    low, high = sorted(levels)
    base = set(drawn(0, seed)[0])
    for less, more in zip(drawn(low, seed), drawn(high, seed), strict=True):
        assert set(less) - base <= set(more)
        assert set(more) & base <= set(less)


@settings(max_examples=50, deadline=None)
@given(
    level=st.floats(0, 1),
    self_edges=st.sampled_from(["allowed", "forced", "none"]),
    instantaneous=st.sampled_from([0.0, 0.5]),
    seed=SEEDS,
)
def test_every_regime_keeps_the_laws(level, self_edges, instantaneous, seed):
    regimes = drawn(level, seed, self_edges=self_edges, instantaneous=instantaneous)
    degrees = [Counter((e.effect, e.lag == 0) for e in edges) for edges in regimes]
    assert all(degree == degrees[0] for degree in degrees)
    for edges in regimes:
        assert len({edge[:3] for edge in edges}) == len(edges)
        if self_edges == "forced":
            own = [e.effect for e in edges if e.cause == e.effect]
            assert sorted(own) == list(range(7))


def test_level_0_is_one_system_and_level_1_independent_ones():
    same = Structural(regimes=Regimes(n_regimes=3, level=0)).draw(2)
    a, b, c = (same.truth.per_regime[k] for k in range(3))
    assert (a.adjacency == b.adjacency).all()
    assert (b.adjacency == c.adjacency).all()
    n = 10
    weights = same.program.coefficient.reshape(3, -1)
    assert (weights == weights[0]).all()
    # The share of places that two independent graphs of 2.5 parents in 50 have in common.
    shared = []
    for seed in range(30):
        truth = Structural(regimes=Regimes(n_regimes=2, level=1)).draw(seed).truth
        first, second = truth.per_regime[0].adjacency, truth.per_regime[1].adjacency
        shared.append((first & second).sum() / first.sum())
    assert np.mean(shared) == pytest.approx(2.5 / (5 * n), abs=0.03)


def test_level_is_the_share_rewired():
    share = [
        np.mean([edge.version > 0 for edges in drawn(0.2, seed) for edge in edges])
        for seed in range(60)
    ]
    assert np.mean(share) == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("mechanism", ["linear", "monotonic", "piecewise_monotonic"])
def test_a_kept_edge_keeps_its_function(mechanism):
    config = Structural(mechanism=mechanism, regimes=Regimes(n_regimes=3, level=0.4))
    system = config.draw(0)
    regimes = draw_regimes(draw_pools(config.graph, 0, 0), config.regimes, 0)
    program = system.program
    functions = [_functions(program, k) for k in range(3)]
    kept = rewired = 0
    for k in (1, 2):
        for edge in set(regimes[0]) & set(regimes[k]):
            assert functions[0][edge[:3]] == functions[k][edge[:3]]
            kept += 1
        for edge in set(regimes[k]) - set(regimes[0]):
            rewired += functions[0].get(edge[:3]) != functions[k][edge[:3]]
    assert kept > 10
    assert rewired > 10


def _functions(program, regime):
    """Return, per edge, the function of an additive mechanism as plain numbers."""
    found = {}
    for effect in range(10):
        equation = regime * 10 + effect
        for u in range(int(program.first[equation]), int(program.first[equation + 1])):
            for k in range(int(program.begin[u]), int(program.begin[u + 1])):
                place = (int(program.cause[k]), effect, int(program.lag[k]))
                unit = (program.code[u], program.weight[u], program.bias[u])
                found[place] = (*unit, program.coefficient[k])
    return found


def test_truth_of_the_union():
    truth = Structural(regimes=Regimes(n_regimes=3, level=0.5)).draw(1).truth
    parts = [truth.per_regime[k] for k in range(3)]
    assert (truth.adjacency == np.any([p.adjacency for p in parts], axis=0)).all()
    np.testing.assert_array_equal(truth.scores, np.mean([p.scores for p in parts], axis=0))
    assert not any(p.per_regime for p in parts)


def test_one_regime_has_no_regimes():
    system = Structural().draw(0)
    assert not system.truth.per_regime
    assert all((labels == 0).all() for labels in system.generate(100).regimes)


@settings(max_examples=50, deadline=None)
@given(n_regimes=st.integers(1, 5), n_samples=st.integers(10, 400), seed=SEEDS)
def test_segments_share_out_the_samples(n_regimes, n_samples, seed):
    labels = Regimes(n_regimes=n_regimes).labels(n_samples, seed)
    assert sum(map(len, labels)) == n_samples
    assert max(map(len, labels)) - min(map(len, labels)) <= 1
    assert all((part == k).all() for k, part in enumerate(labels))


@settings(max_examples=50, deadline=None)
@given(dwell=st.floats(1, 50), cut=st.integers(1, 3_000), seed=SEEDS)
def test_switching_is_a_prefix(dwell, cut, seed):
    regimes = Regimes(n_regimes=3, layout="switching", mean_dwell=dwell)
    (long,) = regimes.labels(3_000, seed)
    (short,) = regimes.labels(cut, seed)
    assert (short == long[:cut]).all()


def test_the_truth_of_a_sample_is_that_of_the_regimes_it_has_been_in():
    regimes = Regimes(n_regimes=2, layout="switching", mean_dwell=1e6)
    system = Structural(graph=Graph(n_vars=4, max_lag=2), regimes=regimes).draw(0)
    sample = system.generate(100)
    (label,) = {int(label) for label in sample.regimes[0]}
    truth, own = sample.truth_of(system), system.truth.per_regime[label]
    assert list(truth.per_regime) == [label]
    np.testing.assert_array_equal(truth.adjacency, own.adjacency)
    np.testing.assert_array_equal(truth.scores, own.scores)
    np.testing.assert_array_equal(truth.regimes, sample.regimes)
    every = Structural(graph=Graph(n_vars=4, max_lag=2), regimes=Regimes(n_regimes=2)).draw(0)
    whole = every.generate(100).truth_of(every)
    np.testing.assert_array_equal(whole.scores, every.truth.scores)
    assert set(whole.per_regime) == {0, 1}


def test_switching_dwells_and_visits_all():
    regimes = Regimes(n_regimes=4, layout="switching", mean_dwell=50)
    (labels,) = regimes.labels(200_000, 0)
    borders = np.flatnonzero(np.diff(labels))
    assert np.diff(borders).mean() == pytest.approx(50, rel=0.06)
    np.testing.assert_allclose(np.bincount(labels) / len(labels), 0.25, atol=0.03)
