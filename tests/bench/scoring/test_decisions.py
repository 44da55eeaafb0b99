"""The threshold rules and the counts on small graphs made by hand, and ties by enumeration."""

from itertools import permutations

import numpy as np
import pytest

from bench.scoring import score
from methods import LaggedGraph


def rows(estimate, truth):
    return {row.name: row for row in score(estimate, truth, np.random.default_rng(0))}


def graph_of(n, max_lag, edges, *, lag_0=False, names="abcdefghij"):
    adjacency = np.zeros((n, n, max_lag + 1), dtype=bool)
    for edge in edges:
        adjacency[edge] = True
    scores = adjacency.astype(float)
    scores[np.arange(n), np.arange(n), 0] = np.nan
    if not lag_0:
        scores[:, :, 0] = np.nan
    return LaggedGraph(scores, tuple(names[:n]), adjacency)


def counts(table, level, rule):
    names = ("tp", "fp", "fn", "reversed", "shd")
    return tuple(table[f"{level}/union/{name}@{rule}"].value for name in names)


def test_a_reversed_edge_is_one_error_in_the_summary_and_two_in_the_window():
    truth, estimate = graph_of(3, 1, [(0, 1, 1)]), graph_of(3, 1, [(1, 0, 1)])
    table = rows(estimate, truth)
    assert counts(table, "window", "own") == (0, 1, 1, 0, 2)
    assert counts(table, "summary", "own") == (0, 1, 1, 1, 1)
    assert counts(table, "summary_no_self", "own") == (0, 1, 1, 1, 1)


def test_a_reversed_edge_is_one_error_at_lag_0():
    truth = graph_of(3, 1, [(0, 1, 0), (1, 2, 0)], lag_0=True)
    table = rows(graph_of(3, 1, [(1, 0, 0), (1, 2, 0)], lag_0=True), truth)
    assert counts(table, "instantaneous", "own") == (1, 1, 1, 1, 1)


def test_an_edge_both_ways_against_one_way_is_no_reversal():
    truth, estimate = graph_of(2, 1, [(0, 1, 1)]), graph_of(2, 1, [(0, 1, 1), (1, 0, 1)])
    assert counts(rows(estimate, truth), "summary", "own") == (1, 1, 0, 0, 1)
    assert counts(rows(truth, estimate), "summary", "own") == (1, 0, 1, 0, 1)


def test_a_transposed_graph_is_seen():
    edges = [(0, 1, 1), (1, 2, 2), (0, 2, 1), (3, 1, 2)]
    truth = graph_of(4, 2, edges)
    turned = LaggedGraph(truth.scores.transpose(1, 0, 2), truth.names)
    table = rows(turned, truth)
    assert table["window/union/auroc"].value < 0.5
    assert table["summary/union/reversed@global_k"].value == len(edges)
    assert table["summary/union/shd@global_k"].value == len(edges)
    assert table["summary/union/f1@global_k"].value == 0


def test_summary_counts_self_loops_only_where_it_says_so():
    truth, estimate = graph_of(3, 1, [(0, 0, 1), (0, 1, 1)]), graph_of(3, 1, [(0, 1, 1)])
    table = rows(estimate, truth)
    assert counts(table, "summary", "own") == (1, 0, 1, 0, 1)
    assert counts(table, "summary_no_self", "own") == (1, 0, 0, 0, 0)


def test_top3_takes_three_links_per_effect_whatever_their_scale():
    truth = graph_of(2, 3, [(0, 0, 1), (0, 0, 2), (0, 0, 3), (0, 1, 1), (0, 1, 2), (0, 1, 3)])
    scores = truth.scores + 0.5
    scores[:, 1] *= 1e6
    table = rows(LaggedGraph(scores, truth.names), truth)
    assert counts(table, "window", "top3") == (6, 0, 0, 0, 0)


def test_top3_ceiling_is_the_papers_for_in_degrees_of_two_or_three():
    degrees = [3, 2, 2, 2, 3, 3, 3, 3, 3, 2]
    edges = [((j + k) % 10, j, 1 + k) for j, degree in enumerate(degrees) for k in range(degree)]
    truth = graph_of(10, 5, edges)
    noise = LaggedGraph(np.random.default_rng(0).normal(size=truth.scores.shape), truth.names)
    table = rows(noise, truth)
    assert len(edges) == 26
    assert table["window/union/f1@top3"].ceiling == pytest.approx(2 * 26 / 56)
    assert table["window/union/precision@top3"].ceiling == pytest.approx(26 / 30)
    assert table["window/union/recall@top3"].ceiling == 1
    assert table["window/union/shd@top3"].ceiling == 4


def test_an_edge_without_a_visible_effect_is_still_below_the_ceiling():
    truth = graph_of(3, 1, [(0, 1, 1), (1, 2, 1)])
    blind = LaggedGraph(0 * truth.scores, truth.names, truth.adjacency)
    for row in score(truth, blind, np.random.default_rng(0)):
        if row.metric in ("auroc", "auprc", "f1@global_k", "f1@oracle"):
            assert row.value == row.ceiling == 1, row


def test_silent_entries_are_never_selected():
    truth = graph_of(3, 1, [(0, 1, 1), (1, 2, 1), (2, 0, 1), (0, 0, 1)])
    scores = np.full((3, 3, 2), np.nan)
    scores[0, 1, 1] = 1.0
    table = rows(LaggedGraph(scores, truth.names), truth)
    for rule in ("top3", "global_k", "oracle"):
        assert counts(table, "window", rule) == (1, 0, 3, 0, 3), rule


def test_a_silent_level_scores_as_an_empty_graph():
    truth = graph_of(3, 1, [(0, 1, 0), (1, 2, 1)], lag_0=True)
    scores = truth.scores.copy()
    scores[:, :, 0] = np.nan
    table = rows(LaggedGraph(scores, truth.names), truth)
    assert table["instantaneous/union/auroc"].value == 0.5
    assert table["instantaneous/union/f1@oracle"].value == 0
    assert table["instantaneous/union/precision@global_k"].value == 0
    assert counts(table, "instantaneous", "global_k") == (0, 0, 1, 0, 1)


def test_an_empty_decision_has_precision_0_and_a_floor_of_0():
    truth = graph_of(3, 1, [(0, 1, 1)])
    nothing = LaggedGraph(truth.scores, truth.names, np.zeros((3, 3, 2), dtype=bool))
    table = rows(nothing, truth)
    for metric in ("precision", "recall", "f1"):
        row = table[f"window/union/{metric}@own"]
        assert (row.value, row.floor, row.ceiling) == (0, 0, 1)


def test_oracle_keeps_ties_together():
    truth = graph_of(2, 1, [(0, 1, 1)])
    scores = np.full((2, 2, 2), 1.0)
    scores[0, 0, 1] = 0.0
    table = rows(LaggedGraph(scores, truth.names), truth)
    assert counts(table, "window", "oracle") == (1, 2, 0, 0, 2)


def test_of_two_best_thresholds_oracle_takes_the_one_with_fewer_edges():
    truth = graph_of(2, 2, [(0, 0, 1), (1, 1, 2)])
    scores = np.full((2, 2, 3), -1.0)
    scores[0, 0, 1], scores[0, 1, 1], scores[1, 0, 1], scores[1, 1, 2] = 4, 3, 2, 1
    table = rows(LaggedGraph(scores, truth.names), truth)
    # One edge of one gives F1 2/3, and so do two of four.
    assert counts(table, "window", "oracle") == (1, 0, 1, 0, 1)


def orders_of_ties(scores):
    """Every strict order that a scored array with ties can be broken into."""
    flat = scores.ravel()
    groups = [np.flatnonzero(flat == value) for value in np.unique(flat[~np.isnan(flat)])]
    orders = [[]]
    for group in groups:
        orders = [order + list(tied) for order in orders for tied in permutations(group)]
    for order in orders:
        broken = np.full(flat.shape, np.nan)
        broken[order] = np.arange(len(order))
        yield broken.reshape(scores.shape)


@pytest.mark.parametrize(
    "off_diagonal", [[1, 1, 1, 1, 0, 0], [2, 1, 1, 1, 1, 0], [3, 3, 2, 2, 1, 1]]
)
def test_ties_are_broken_in_expectation(off_diagonal):
    truth = graph_of(3, 1, [(0, 1, 1), (1, 2, 1), (2, 1, 1)])
    scores = np.full((3, 3, 2), np.nan)
    scores[[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1], 1] = off_diagonal
    tied = rows(LaggedGraph(scores, truth.names), truth)
    broken = [rows(LaggedGraph(s, truth.names), truth) for s in orders_of_ties(scores)]
    for metric in ("tp", "fp", "fn", "reversed", "shd", "f1", "precision", "recall"):
        for rule in ("global_k", "top3"):
            name = f"summary_no_self/union/{metric}@{rule}"
            expected = np.mean([table[name].value for table in broken])
            assert tied[name].value == pytest.approx(expected), name


def test_ties_within_an_effect_are_broken_in_expectation():
    truth = graph_of(2, 3, [(0, 0, 1), (1, 0, 1), (1, 0, 3), (0, 1, 2)])
    scores = np.full((2, 2, 4), np.nan)
    scores[:, 0, 1:] = [[5, 4, 4], [4, 4, 0]]
    scores[:, 1, 1:] = [[3, 2, 1], [0, 0, 0]]
    table = rows(LaggedGraph(scores, truth.names), truth)
    # Effect 0: one sure true edge, then two of four tied places of which one is true.
    assert counts(table, "window", "top3") == (1 + 0.5 + 1, 3.5, 1.5, 0, 5)
