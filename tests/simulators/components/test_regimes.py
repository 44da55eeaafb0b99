from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.components.graphs import Graph, draw_pools
from simulators.components.regimes import Regimes, draw_regimes
from simulators.structural.identity import own_seed
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


def places(edges):
    return {edge[:3] for edge in edges if max(edge.cause, edge.effect) < 6}


@settings(max_examples=50, deadline=None)
@given(level=st.floats(0, 1), seed=SEEDS)
def test_any_two_regimes_differ_in_a_share_of_their_edges(level, seed):
    regimes = drawn(level, seed, n_regimes=5, max_lag=8)
    n_edges = len(places(regimes[0]))
    expected = int(level * n_edges + 0.5)
    for first, second in combinations(regimes, 2):
        assert len(places(first) - places(second)) == expected
        kept = set(first) & set(second)
        assert len([e for e in kept if max(e.cause, e.effect) < 6]) == n_edges - expected
    assert all(edge.version == 0 for edge in regimes[0])


def test_level_0_is_one_system_and_level_1_has_nothing_in_common():
    same = Structural(regimes=Regimes(n_regimes=3, level=0)).draw(2)
    a, b, c = (same.truth.per_regime[k] for k in range(3))
    assert (a.adjacency == b.adjacency).all()
    assert (b.adjacency == c.adjacency).all()
    weights = same.program.coefficient.reshape(3, -1)
    assert (weights == weights[0]).all()
    for seed in range(5):
        truth = Structural(regimes=Regimes(n_regimes=3, level=1)).draw(seed).truth
        assert sum(part.adjacency for part in truth.per_regime.values()).max() == 1


def test_where_places_run_out_they_come_again_with_another_function():
    """One own past among two lags, in five regimes."""
    graph = Graph(n_vars=2, max_lag=2, in_degree=1, self_edges="forced")
    regimes = draw_regimes(draw_pools(graph, 0, 0), Regimes(n_regimes=5), 0)
    lags = [edges[0].lag for edges in regimes]
    assert lags[0] == lags[2] == lags[4] != lags[1] == lags[3]
    assert [edges[0].version for edges in regimes] == list(range(5))


@pytest.mark.parametrize("mechanism", ["linear", "monotonic", "piecewise_monotonic"])
def test_a_kept_edge_keeps_its_function(mechanism):
    config = Structural(mechanism=mechanism, regimes=Regimes(n_regimes=3, level=0.4))
    system = config.draw(0)
    seed = own_seed(config, 0)
    regimes = draw_regimes(draw_pools(config.graph, 0, seed), config.regimes, seed)
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
    labels = Regimes(n_regimes=n_regimes, layout="segments").labels(n_samples, seed)
    assert sum(map(len, labels)) == n_samples
    assert max(map(len, labels)) - min(map(len, labels)) <= 1
    assert all((part == k).all() for k, part in enumerate(labels))


@settings(max_examples=50, deadline=None)
@given(dwell=st.floats(1, 50), spread=st.floats(1, 9), cut=st.integers(1, 3_000), seed=SEEDS)
def test_switching_is_a_prefix(dwell, spread, cut, seed):
    regimes = Regimes(n_regimes=3, mean_dwell=dwell, dwell_spread=spread)
    (long,) = regimes.labels(3_000, seed)
    (short,) = regimes.labels(cut, seed)
    assert (short == long[:cut]).all()


def test_the_truth_of_a_sample_is_that_of_the_regimes_it_has_been_in():
    regimes = Regimes(n_regimes=2, mean_dwell=1e6)
    system = Structural(graph=Graph(n_vars=4, max_lag=2), regimes=regimes).draw(0)
    sample = system.generate(100)
    (label,) = {int(label) for label in sample.regimes[0]}
    truth, own = sample.truth_of(system), system.truth.per_regime[label]
    assert list(truth.per_regime) == [label]
    np.testing.assert_array_equal(truth.adjacency, own.adjacency)
    np.testing.assert_array_equal(truth.scores, own.scores)
    np.testing.assert_array_equal(truth.regimes, sample.regimes)
    apart = Regimes(n_regimes=2, layout="segments")
    every = Structural(graph=Graph(n_vars=4, max_lag=2), regimes=apart).draw(0)
    whole = every.generate(100).truth_of(every)
    np.testing.assert_array_equal(whole.scores, every.truth.scores)
    assert set(whole.per_regime) == {0, 1}


def test_switching_dwells_and_visits_all_alike():
    regimes = Regimes(n_regimes=4, mean_dwell=50, dwell_spread=1.0)
    (labels,) = regimes.labels(800_000, 0)
    borders = np.flatnonzero(np.diff(labels))
    assert np.diff(borders).mean() == pytest.approx(50, rel=0.06)
    np.testing.assert_allclose(np.bincount(labels) / len(labels), 0.25, atol=0.03)


def test_every_regime_has_a_mean_stay_of_its_own():
    regimes = Regimes(n_regimes=4, mean_dwell=50, dwell_spread=4.0)
    means = regimes.mean_dwells(1)
    assert means.max() / means.min() > 2
    assert means.min() >= 50 / 4
    assert means.max() <= 50 * 4
    (labels,) = regimes.labels(400_000, 1)
    borders = np.flatnonzero(np.diff(labels)) + 1
    for regime, mean in enumerate(means):
        stays = np.diff(borders)[labels[borders[:-1]] == regime]
        assert stays.mean() == pytest.approx(mean, rel=0.08)


def test_all_regimes_come_once_before_one_comes_again():
    for seed in range(20):
        (labels,) = Regimes(n_regimes=5, mean_dwell=10, dwell_spread=2.0).labels(2_000, seed)
        visits = labels[np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1])]
        assert sorted(visits[:5]) == list(range(5))


def test_the_order_and_the_places_of_regimes_differ_between_seeds():
    first = {int(Regimes(n_regimes=5).labels(1, seed)[0][0]) for seed in range(40)}
    assert first == set(range(5))
