"""Found graphs beside the true ones: some systems of an experiment whose graphs are stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.analysis import ExperimentResults
from bench.analysis.cuts import Graphs
from bench.report import labels
from methods import LaggedGraph

_SYSTEMS = 6  # conditions of an experiment, one system of each
_MOST_VARS, _MOST_EDGES = 20, 120  # of a graph that can be read in a small chart

Edge = list[int]
"""Cause, effect and lag."""


def examples(experiment: ExperimentResults, graphs: Graphs) -> list[dict[str, Any]]:
    """Return the system of the smallest seed for some conditions, with its true and found edges.

    Each has a `title`, the `names` of its variables, the `true` edges, and by method the `found`
    ones: its strongest links, as many as the truth has edges. Of equally strong links the first
    are taken. Graphs that are too large for a chart, or not stored, are left out.
    """
    cells = experiment.cells[experiment.cells["status"] == "ok"]
    shown: list[dict[str, Any]] = []
    for (simulator, axes, n_samples), group in cells.groupby(
        ["simulator", "axes", "n_samples"], sort=False
    ):
        if len(shown) == _SYSTEMS:
            break
        first = group[group["seed"] == group["seed"].min()]
        name = labels.condition(str(simulator), str(axes))
        title = f"{name}, {n_samples:,} steps, system {first['seed'].iloc[0]}"
        pairs = {row["method"]: graphs(row["key"]) for row in first.to_dict("records")}
        example = _example(title, {name: pair for name, pair in pairs.items() if pair})
        if example is not None:
            shown.append(example)
    return shown


def _example(
    title: str, pairs: dict[str, tuple[LaggedGraph, LaggedGraph]]
) -> dict[str, Any] | None:
    if not pairs:
        return None
    truth = next(iter(pairs.values()))[1]
    edges = _true_edges(truth)
    if truth.n_vars > _MOST_VARS or not 0 < len(edges) <= _MOST_EDGES:
        return None
    found = {
        labels.method(name): _strongest(graph, truth, len(edges))
        for name, (graph, _) in pairs.items()
    }
    return {"title": title, "names": list(truth.names), "true": edges, "found": found}


def _true_edges(truth: LaggedGraph) -> list[Edge]:
    adjacency = truth.adjacency
    return [] if adjacency is None else [list(map(int, edge)) for edge in np.argwhere(adjacency)]


def _strongest(graph: LaggedGraph, truth: LaggedGraph, count: int) -> list[Edge]:
    """Return the strongest links among those of which the truth says something."""
    n_lags = min(graph.scores.shape[2], truth.scores.shape[2])
    scores = np.where(np.isnan(truth.scores[..., :n_lags]), np.nan, graph.scores[..., :n_lags])
    order = np.argsort(-scores, axis=None, kind="stable")[:count]  # NaN is last
    places = np.argwhere(np.isfinite(scores).reshape(-1)[order]).reshape(-1)
    edges = np.column_stack(np.unravel_index(order[places], scores.shape))
    return [list(map(int, edge)) for edge in edges]
