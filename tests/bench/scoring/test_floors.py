"""Floors against the mean over every outcome, counted naively."""

from itertools import combinations, permutations, product

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from bench.scoring import score
from bench.scoring.floors import expected_average_precision
from methods import LaggedGraph

RNG = np.random.default_rng


def truth_of(n, max_lag, edges):
    """Truth with the given (cause, effect, lag) edges that makes no claim at lag 0."""
    adjacency = np.zeros((n, n, max_lag + 1), dtype=bool)
    for edge in edges:
        adjacency[edge] = True
    scores = np.where(adjacency, 1.0, 0.0)
    scores[:, :, 0] = np.nan
    return LaggedGraph(scores, tuple("abcdefgh"[:n]), adjacency)


def estimate_of(truth, seed, adjacency=None):
    return LaggedGraph(RNG(seed).normal(size=truth.scores.shape), truth.names, adjacency)


def rows(estimate, truth, seed=0):
    return {row.name: row for row in score(estimate, truth, RNG(seed))}


def naive(selected, true):
    """Counts and metrics of sets of (cause, effect) pairs, by definition."""
    tp = len(selected & true)
    opposite = sum((j, i) in true - selected and (i, j) not in true for i, j in selected)
    return {
        "tp": tp,
        "fp": len(selected) - tp,
        "fn": len(true) - tp,
        "reversed": opposite,
        "shd": len(selected) + len(true) - 2 * tp - opposite,
        "precision": tp / len(selected),
        "recall": tp / len(true),
        "f1": 2 * tp / (len(selected) + len(true)),
    }


def mean_of(outcomes):
    return {name: np.mean([o[name] for o in outcomes]) for name in outcomes[0]}


@pytest.mark.parametrize("n", [2, 3, 6, 8])
def test_expected_average_precision_is_the_mean_over_all_orders(n):
    for n_true in range(1, n):
        orders = [
            average_precision_score(np.isin(range(n), places), -np.arange(n))
            for places in combinations(range(n), n_true)
        ]
        assert expected_average_precision(n, n_true) == pytest.approx(np.mean(orders), abs=1e-12)


TRUE_PAIRS = {(0, 1), (1, 2), (2, 1), (2, 0)}


@pytest.mark.parametrize("n_selected", [1, 2, 3, 5, 6])
def test_own_floor_is_the_mean_over_all_graphs_with_as_many_edges(n_selected):
    truth = truth_of(3, 1, [(i, j, 1) for i, j in TRUE_PAIRS])
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    adjacency = np.zeros((3, 3, 2), dtype=bool)
    for pair in pairs[:n_selected]:
        adjacency[(*pair, 1)] = True
    found = rows(estimate_of(truth, 0, adjacency), truth)
    graphs = [naive(set(chosen), TRUE_PAIRS) for chosen in combinations(pairs, n_selected)]
    for metric, expected in mean_of(graphs).items():
        row = found[f"summary_no_self/union/{metric}@own"]
        assert row.floor == pytest.approx(expected), metric


def test_global_k_floor_is_the_textbook_formula_in_the_window():
    truth = truth_of(4, 3, [(0, 1, 1), (0, 1, 2), (2, 3, 3), (3, 3, 1), (1, 0, 2)])
    found = rows(estimate_of(truth, 1), truth)
    n, m, p = 48, 5, 5
    expected = {
        "precision": p / n,
        "recall": m / n,
        "f1": 2 * m * p / (n * (m + p)),
        "shd": m + p - 2 * m * p / n,
        "reversed": 0,
    }
    for metric, value in expected.items():
        assert found[f"window/union/{metric}@global_k"].floor == pytest.approx(value), metric


def test_top3_floor_is_the_mean_over_all_graphs_with_three_causes_per_effect():
    true = {(0, 1), (1, 0), (2, 1), (3, 1), (4, 1), (4, 2), (3, 0)}
    truth = truth_of(5, 1, [(i, j, 1) for i, j in true])
    found = rows(estimate_of(truth, 2), truth)
    per_effect = [list(combinations([(i, j) for i in range(5) if i != j], 3)) for j in range(5)]
    graphs = [naive(set().union(*chosen), true) for chosen in product(*per_effect)]
    for metric, expected in mean_of(graphs).items():
        row = found[f"summary_no_self/union/{metric}@top3"]
        assert row.floor == pytest.approx(expected), metric


def best_threshold(order, true):
    """Metrics at the best F1 of an order, and its largest TPR at 10 % false discoveries."""
    cuts = [naive(set(order[:m]), true) for m in range(1, len(order) + 1)]
    best = max(cuts, key=lambda cut: cut["f1"])
    allowed = [c["recall"] for c in cuts if 10 * c["fp"] <= c["tp"] + c["fp"]]
    return best, max(allowed, default=0.0)


def test_oracle_and_tpr_floors_are_near_the_mean_over_all_orders():
    truth = truth_of(3, 1, [(i, j, 1) for i, j in TRUE_PAIRS])
    found = rows(estimate_of(truth, 3), truth, seed=7)
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    outcomes = [best_threshold(order, TRUE_PAIRS) for order in permutations(pairs)]
    exact = {f"{name}@oracle": [best[name] for best, _ in outcomes] for name in outcomes[0][0]}
    exact["tpr@fdr10"] = [tpr for _, tpr in outcomes]
    for metric, values in exact.items():
        row = found[f"summary_no_self/union/{metric}"]
        assert abs(row.floor - np.mean(values)) <= 4 * np.std(values) / np.sqrt(200), metric


def test_floors_do_not_depend_on_the_method_where_the_rule_takes_as_many_edges():
    truth = truth_of(4, 2, [(0, 1, 1), (1, 2, 2), (2, 2, 1)])
    one, other = (rows(estimate_of(truth, seed), truth, seed=5) for seed in (10, 11))
    assert {name: row.floor for name, row in one.items()} == {
        name: row.floor for name, row in other.items()
    }


def test_noise_earns_the_floor_on_average():
    truth = truth_of(4, 2, [(0, 1, 1), (1, 2, 2), (2, 2, 1), (3, 0, 1), (0, 3, 2), (1, 0, 1)])
    runs = [rows(estimate_of(truth, seed), truth, seed=seed) for seed in range(100)]
    for name, first in runs[0].items():
        values = np.array([run[name].value for run in runs])
        floor = np.mean([run[name].floor for run in runs])
        assert abs(values.mean() - floor) <= 4 * values.std() / 10 + 1e-12, (name, first)
