"""Adjacency and orientation at lag 0 against causal-learn, by hand, and by chance."""

import numpy as np
import pytest
from causallearn.graph.AdjacencyConfusion import AdjacencyConfusion
from causallearn.graph.ArrowConfusion import ArrowConfusion
from causallearn.graph.Edge import Edge
from causallearn.graph.Endpoint import Endpoint
from causallearn.graph.GeneralGraph import GeneralGraph
from causallearn.graph.GraphNode import GraphNode

from bench.scoring import score
from bench.scoring.orientation import orientation_metrics
from methods import LaggedGraph
from methods.types.marks import mirror

NAMES = tuple("abcdef")
NOW = ("adjacency_precision", "adjacency_recall", "adjacency_f1")
WAY = ("orientation_precision", "orientation_recall")


def graph_of(links, names=NAMES):
    """Return a graph with the given marks at lag 0."""
    scores = np.ones((len(names), len(names), 2))
    scores[range(len(names)), range(len(names)), 0] = np.nan
    marks = np.full(scores.shape, "", dtype="<U3")
    for (i, j), mark in links.items():
        marks[i, j, 0], marks[j, i, 0] = mark, str(mirror([mark])[0])
    return LaggedGraph(scores, names, marks == "-->", marks=marks)


def values(estimate, truth):
    table = orientation_metrics(estimate, truth)
    return {name.removesuffix("@own"): numbers[0] for name, numbers in table.items()}


def random_links(rng, kinds, n=6):
    pairs = [(i, j) for i in range(n) for j in range(i) if rng.random() < 0.5]
    return {pair: str(rng.choice(kinds)) for pair in pairs}


def in_the_library(links, n=6):
    ends = {"-": Endpoint.TAIL, "<": Endpoint.ARROW, ">": Endpoint.ARROW, "o": Endpoint.CIRCLE}
    nodes = [GraphNode(f"X{k}") for k in range(n)]
    graph = GeneralGraph(nodes)
    for (i, j), mark in links.items():
        graph.add_edge(Edge(nodes[i], nodes[j], ends[mark[0]], ends[mark[2]]))
    return graph


@pytest.mark.parametrize("seed", range(20))
def test_shares_are_those_of_causal_learn(seed):
    rng = np.random.default_rng(seed)
    true = random_links(rng, ["-->", "<--"])
    found = random_links(rng, ["-->", "<--", "o-o", "o->", "<->"])
    truth, estimate = in_the_library(true), in_the_library(found)
    adjacency, arrows = AdjacencyConfusion(truth, estimate), ArrowConfusion(truth, estimate)
    said = values(graph_of(found), graph_of(true))
    assert said["adjacency_precision"] == pytest.approx(adjacency.get_adj_precision())
    assert said["adjacency_recall"] == pytest.approx(adjacency.get_adj_recall())
    assert said["orientation_precision"] == pytest.approx(arrows.get_arrows_precision_ce())
    assert said["orientation_recall"] == pytest.approx(arrows.get_arrows_recall_ce())


def test_what_each_mark_counts_by_hand():
    truth = graph_of({(0, 1): "-->"})
    expected = {
        "-->": (1, 1),
        "<--": (0, 0),
        "o->": (1, 1),
        "<-o": (0, 0),
        "<->": (0.5, 1),
        "o-o": (0, 0),
        "x-x": (0, 0),
    }
    for mark, ways in expected.items():
        said = values(graph_of({(0, 1): mark}), truth)
        assert [said[name] for name in NOW] == [1, 1, 1]
        assert tuple(said[name] for name in WAY) == ways, mark


def test_a_link_without_direction_costs_recall_and_no_precision():
    truth = graph_of({(0, 1): "-->", (1, 2): "-->"})
    said = values(graph_of({(0, 1): "-->", (1, 2): "o-o", (3, 4): "o-o"}), truth)
    assert said == pytest.approx(
        {
            "adjacency_precision": 2 / 3,
            "adjacency_recall": 1,
            "adjacency_f1": 0.8,
            "orientation_precision": 1,
            "orientation_recall": 0.5,
        }
    )


def test_without_marks_the_decision_is_the_link():
    truth = graph_of({(0, 1): "-->", (1, 2): "-->"})
    adjacency = np.zeros(truth.scores.shape, dtype=bool)
    adjacency[0, 1, 0] = adjacency[1, 2, 0] = adjacency[2, 1, 0] = True
    said = values(LaggedGraph(truth.scores, NAMES, adjacency), truth)
    assert (said["adjacency_f1"], said["orientation_recall"]) == (1, 0.5)
    assert orientation_metrics(LaggedGraph(truth.scores, NAMES), truth) == {}
    assert orientation_metrics(truth, graph_of({})) == {}
    assert set(values(graph_of({}), truth).values()) == {0.0}


def test_floors_are_what_chance_reaches():
    rng = np.random.default_rng(0)
    true = {(0, 1): "-->", (1, 2): "-->", (0, 4): "-->", (3, 5): "-->"}
    truth = graph_of(true)
    estimate = graph_of({(0, 1): "-->", (2, 3): "-->", (1, 2): "o-o", (4, 5): "<--"})
    floors = {name: n[1] for name, n in orientation_metrics(estimate, truth).items()}
    pairs = [(i, j) for i in range(6) for j in range(i)]
    drawn = [
        values(graph_of({pairs[k]: "-->" for k in rng.choice(15, 4, replace=False)}), truth)
        for _ in range(1500)
    ]
    for name in NOW:
        mean = np.mean([one[name] for one in drawn])
        assert floors[f"{name}@own"] == pytest.approx(mean, abs=0.02)
    turned = [
        values(graph_of({(0, 1): str(rng.choice(["-->", "<--"])), (1, 2): "o-o"}), truth)
        for _ in range(1500)
    ]
    for name in WAY:
        mean = np.mean([one[name] for one in turned])
        assert floors[f"{name}@own"] == pytest.approx(mean, abs=0.04)


def test_they_are_among_the_scores_of_lag_0():
    truth = graph_of({(0, 1): "-->"})
    rows = score(graph_of({(0, 1): "o-o"}), truth, np.random.default_rng(0))
    named = {row.name: row.value for row in rows}
    assert named["instantaneous/union/adjacency_f1@own"] == 1
    assert named["instantaneous/union/orientation_recall@own"] == 0
    summary = LaggedGraph(np.ones((6, 6, 1)), NAMES, np.ones((6, 6, 1), dtype=bool))
    names = {row.name for row in score(truth, summary, np.random.default_rng(0))}
    assert not any("orientation" in name for name in names)
