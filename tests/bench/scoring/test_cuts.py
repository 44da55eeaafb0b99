"""Cuts are checked against counts made by hand, and against `score` where they are its rules."""

import numpy as np
import pytest

from bench.scoring import score
from bench.scoring.cuts import cut_metrics, ranked_by
from methods import LaggedGraph

# Causes in rows, effects in columns, lag 1: four true edges.
TRUE = np.array([[1, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=float)
SCORES = np.array([[0.9, 0.2, 0.1], [0.3, 0.5, 0.8], [0.4, 0.1, np.nan]])
NAMES = ("a", "b", "c")


def truth_of(true=TRUE):
    return LaggedGraph.from_lags(true[:, :, None], NAMES, adjacency=true[:, :, None] > 0)


def graph_of(scores, **statistics):
    lagged = {name: values[:, :, None] for name, values in statistics.items()}
    return LaggedGraph.from_lags(scores[:, :, None], NAMES, edge_statistics=lagged)


def values(table, *cut):
    return [table[cut, metric][0] for metric in ("f1", "precision", "recall")]


def test_each_cut_counts_what_it_takes():
    cuts = [
        ("per_effect", 1),
        ("per_effect", 2),
        ("per_effect", 9),
        ("overall", 1),
        ("overall", 3),
        ("overall", 9),
    ]
    table = cut_metrics(graph_of(SCORES), truth_of(), cuts)
    # One per effect: a>a (true), b>b (false), b>c (true); 2 true of 3, of 4 edges.
    assert values(table, "per_effect", 1) == pytest.approx([4 / 7, 2 / 3, 2 / 4])
    # Two: also c>a (true), a>b (true), a>c (false).
    assert values(table, "per_effect", 2) == pytest.approx([8 / 10, 4 / 6, 1])
    # Eight entries have a score, and none that has none is taken.
    assert values(table, "per_effect", 9) == pytest.approx([8 / 12, 4 / 8, 1])
    assert values(table, "overall", 1) == pytest.approx([2 / 5, 1, 1 / 4])
    # a>a, b>c, and b>b, which is false.
    assert values(table, "overall", 3) == pytest.approx([4 / 7, 2 / 3, 2 / 4])
    assert values(table, "overall", 9) == pytest.approx([8 / 12, 4 / 8, 1])
    # Precision of a random graph is the density, 4 of 9; an oracle takes true edges first.
    _, floor, ceiling = table[("overall", 3), "precision"]
    assert (floor, ceiling) == (pytest.approx(4 / 9), 1)
    assert table[("per_effect", 2), "precision"][2] == pytest.approx(4 / 6)


def test_ties_share_the_places_that_are_left():
    table = cut_metrics(graph_of(np.ones((3, 3))), truth_of(), [("overall", 3), ("per_effect", 1)])
    assert values(table, "overall", 3) == pytest.approx([2 * 4 / 3 / 7, 4 / 9, 1 / 3])
    # By effect 2, 1 and 1 of three are true.
    assert values(table, "per_effect", 1) == pytest.approx([2 * 4 / 3 / 7, 4 / 9, 1 / 3])


def test_they_are_the_rules_of_score():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 6, (3, 3)) / 5.0  # with ties
    estimate, truth = graph_of(scores), truth_of()
    known = {(s.level, s.metric): s for s in score(estimate, truth, rng)}
    table = cut_metrics(estimate, truth, [("per_effect", 3), ("overall", 4)])
    for cut, rule in ((("per_effect", 3), "top3"), (("overall", 4), "global_k")):
        for metric in ("f1", "precision", "recall"):
            one = known["window", f"{metric}@{rule}"]
            assert table[cut, metric] == pytest.approx((one.value, one.floor, one.ceiling))


def test_regimes_are_averaged_over_their_graphs():
    one, other = truth_of(), truth_of(np.eye(3))
    truth = LaggedGraph(one.scores, NAMES, one.adjacency, per_regime={0: one, 1: other})
    perfect = graph_of(TRUE + 0.1)
    estimate = LaggedGraph(perfect.scores, NAMES, per_regime={0: perfect, 1: perfect})
    table = cut_metrics(estimate, truth, [("overall", 4)])
    # All four of the first regime; of the three of the second only a>a.
    assert values(table, "overall", 4) == pytest.approx(
        [(1 + 2 / 7) / 2, (1 + 0.25) / 2, (1 + 1 / 3) / 2]
    )


def test_a_summary_truth_is_compared_without_self_loops():
    adjacency = np.array([[1, 1], [0, 0]], dtype=bool)[:, :, None]
    truth = LaggedGraph(adjacency.astype(float), ("a", "b"), adjacency)
    lagged = np.array([[[0.9, 0.1], [0.2, 0.7]], [[0.1, 0.6], [0.9, 0.9]]])
    estimate = LaggedGraph.from_lags(lagged, ("a", "b"))
    table = cut_metrics(estimate, truth, [("overall", 1)])
    assert values(table, "overall", 1) == [1, 1, 1]


def test_edges_are_ranked_by_a_statistic_from_either_end():
    deviation = np.where(TRUE > 0, 0.1, 1.0)
    estimate = graph_of(-SCORES, rank_sd=deviation)
    assert ranked_by(estimate, "score") is estimate
    assert ranked_by(estimate, "rank_mean") is None
    smallest, largest = (
        cut_metrics(ranked_by(estimate, name), truth_of(), [("overall", 4)])
        for name in ("-rank_sd", "rank_sd")
    )
    assert values(smallest, "overall", 4) == [1, 1, 1]
    assert values(largest, "overall", 4) == [0, 0, 0]
