"""Regimes found without being told: their index against scikit-learn, and whose graph counts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from bench.scoring import score
from bench.scoring.regimes import overlap, regime_metrics
from methods import LaggedGraph

RNG = np.random.default_rng
SEEDS = st.integers(0, 2**32 - 1)


def rows(estimate, truth):
    return {row.name: row for row in score(estimate, truth, RNG(0))}


def values(estimate, truth):
    return {name: row.value for name, row in rows(estimate, truth).items()}


def graph(seed):
    """Return a decided graph of three variables that makes a claim about lags 1 and 2."""
    scores = RNG(seed).uniform(0.1, 1, (3, 3, 3))
    adjacency = scores > 0.6
    adjacency[0, 1, 1:], adjacency[:, :, 0] = (True, False), False
    scores[~adjacency] = 0
    scores[:, :, 0] = np.nan
    return LaggedGraph(scores, ("a", "b", "c"), adjacency)


def with_regimes(labels, seeds, union=99):
    """Return a graph with one graph per label, from seeds by label, and the labels of steps."""
    parts = {label: graph(seed) for label, seed in seeds.items()}
    steps = tuple(np.array(part) for part in labels)
    return replace(graph(union), per_regime=parts, regimes=steps)


def random_regimes(seed, n_labels, names=range(100)):
    """Return labels in runs of two segments, and a graph with a part for each of them."""
    rng = RNG(seed)
    labels = [np.repeat(rng.integers(n_labels, size=8), rng.integers(1, 5, 8)) for _ in range(2)]
    labels = [np.resize(part, 20) for part in labels]
    named = [np.array(names)[part] for part in labels]
    return with_regimes(named, {names[k]: seed + k for k in range(n_labels)}, union=seed)


@settings(max_examples=40)
@given(seed=SEEDS, other=SEEDS, n_true=st.integers(1, 4), n_found=st.integers(1, 4))
def test_the_index_is_that_of_scikit_learn(seed, other, n_true, n_found):
    truth, estimate = random_regimes(seed, n_true), random_regimes(other, n_found)
    true, found = (np.concatenate(part.regimes) for part in (truth, estimate))
    index, floor, ceiling = regime_metrics(overlap(estimate, truth))["ari"]
    assert index == pytest.approx(adjusted_rand_score(true, found), abs=1e-12)
    assert (floor, ceiling) == (0, 1)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, other=SEEDS, names=st.permutations(range(-3, 3)))
def test_what_found_regimes_are_called_does_not_matter(seed, other, names):
    truth = random_regimes(seed, 3)
    one, renamed = random_regimes(other, 4), random_regimes(other, 4, names)
    np.testing.assert_equal(values(renamed, truth), values(one, truth))


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, names=st.permutations(range(3)))
def test_the_right_regimes_under_other_names_are_perfect(seed, names):
    truth, estimate = random_regimes(seed, 3), random_regimes(seed, 3, names)
    # A regime that has no step is nobody's to find.
    seen = np.unique(np.concatenate(truth.regimes)).tolist()
    truth = replace(truth, per_regime={label: truth.per_regime[label] for label in seen})
    found = values(estimate, truth)
    assert found["regimes/union/ari"] == 1
    assert found["regimes/union/n_found"] == len(seen)
    assert found["window/per_regime/shd@own"] == 0
    assert found["window/per_regime/auprc"] == 1


def test_a_true_regime_is_judged_by_the_found_one_that_covers_most_of_it():
    truth = with_regimes([[0, 0, 0, 0, 0, 1, 1], [1, 1, 2]], {0: 0, 1: 1, 2: 2, 3: 3})
    estimate = with_regimes([[8, 8, 8, 7, 7, 7, 8], [7, 8, 8]], {8: 10, 7: 11})
    # 8 covers most of 0; both cover half of 1, where 8 is met first; none covers 3, which no
    # step is in, so that the graph over all steps is what the method says about it.
    judges = {0: graph(10), 1: graph(10), 2: graph(10), 3: graph(99)}
    parts = [values(judges[label], truth.per_regime[label]) for label in judges]
    found = rows(estimate, truth)
    assert found["window/per_regime/shd@own"].value == np.mean(
        [part["window/union/shd@own"] for part in parts]
    )
    number = found["regimes/union/n_found"]
    assert (number.value, number.ceiling) == (2, 3)
    assert np.isnan(number.floor)


def test_a_found_regime_without_a_graph_stands_for_the_graph_over_all_steps():
    truth = with_regimes([[0, 0, 1, 1]], {0: 0, 1: 1})
    blind = with_regimes([[4, 4, 4, 4]], {})
    told = replace(blind, regimes=None)
    found, other = values(blind, truth), values(told, truth)
    assert found["regimes/union/ari"] == 0
    assert found["regimes/union/n_found"] == 1
    graphs = {name: value for name, value in found.items() if not name.startswith("regimes/")}
    assert graphs == other


def test_labels_that_were_told_are_matched_by_name_and_not_scored():
    truth = with_regimes([[0, 0, 1, 1]], {0: 0, 1: 1})
    told = with_regimes([[0]], {0: 0, 1: 1})
    found = values(replace(told, regimes=None), truth)
    assert found["window/per_regime/shd@own"] == 0
    assert not [name for name in found if name.startswith("regimes/")]
    swapped = replace(told, regimes=None, per_regime={0: graph(1), 1: graph(0)})
    assert values(swapped, truth)["window/per_regime/shd@own"] > 0


def test_labels_of_other_steps_than_those_of_the_truth_are_refused():
    truth = with_regimes([[0, 0], [1, 1]], {0: 0, 1: 1})
    with pytest.raises(ValueError, match=r"estimate: expected .*\[2, 2\], found \[4\]"):
        score(with_regimes([[0, 0, 1, 1]], {}), truth, RNG(0))
    with pytest.raises(ValueError, match=r"truth: expected the label of every step.*found none"):
        score(truth, replace(truth, regimes=None), RNG(0))


def test_regimes_of_the_same_edges_cannot_be_told_apart():
    """One regime, or two with one graph: then a method that finds one is right."""
    labels = (np.repeat([0, 1], 50),)
    estimate = with_regimes(labels, {0: 1, 1: 2})
    for seeds in ({0: 1}, {0: 1, 1: 1}):
        truth = with_regimes((np.resize([*seeds], 100),), seeds)
        assert not any(name.startswith("regimes/") for name in rows(estimate, truth))
    assert "regimes/union/ari" in rows(estimate, with_regimes(labels, {0: 1, 1: 2}))
