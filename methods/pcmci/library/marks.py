"""Reading tigramite's graphs: marks, selected edges and scores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from methods.pcmci.library.ci_tests import LINEAR
from methods.types.arrays import BoolArray, FloatArray
from methods.types.graph import LaggedGraph


def graph_of(
    found: dict[str, Any], names: tuple[str, ...], kept: BoolArray | None = None
) -> LaggedGraph:
    """Return the graph of a search that also orients links at lag 0.

    An edge is selected if its mark is `-->`. Every other mark is a link but no edge: `o->`, `o-o`,
    `x-x` and `<->` select nothing. Scores are those of `marked_scores` and p-values those of the
    search. Both are NaN for a variable and itself at lag 0. Links outside of `kept` are left out.
    """
    p_values = np.array(found["p_matrix"])
    np.fill_diagonal(p_values[:, :, 0], np.nan)
    marks = found["graph"] if kept is None else np.where(kept, found["graph"], "")
    return LaggedGraph(marked_scores(found), names, marks == "-->", p_values, marks=marks)


def lagged_graph_of(found: dict[str, Any], names: tuple[str, ...]) -> LaggedGraph:
    """Return the graph of a search over lags from 1 on, NaN at lag 0."""
    return LaggedGraph.from_lags(
        np.abs(found["val_matrix"][:, :, 1:]),
        names,
        adjacency=edges(found)[:, :, 1:],
        p_values=found["p_matrix"][:, :, 1:],
    )


def edges(found: dict[str, Any]) -> BoolArray:
    """Return where the mark is `-->`."""
    return np.asarray(found["graph"] == "-->")


def settled(found: dict[str, Any], forbidden: BoolArray, required: BoolArray) -> dict[str, Any]:
    """Return the result with a statistic and a p-value for links that were not tested.

    They are 1 and 0 for a required link, and 0 and 1 for a forbidden one. A link at lag 0 of which
    one direction is allowed was tested; both its entries stay.
    """
    silent, sure = forbidden.copy(), required.copy()
    silent[:, :, 0] &= forbidden[:, :, 0].T
    sure[:, :, 0] |= required[:, :, 0].T
    value = np.where(silent, 0.0, np.where(sure, 1.0, found["val_matrix"]))
    p_value = np.where(silent, 1.0, np.where(sure, 0.0, found["p_matrix"]))
    return {**found, "val_matrix": value, "p_matrix": p_value, "required": sure}


def with_signs(graph: LaggedGraph, found: dict[str, Any], test: str) -> LaggedGraph:
    """Return the graph with the statistic `partial_correlation`, if the test is one.

    It is NaN for a link that was not tested because it is required.
    """
    if test not in LINEAR:
        return graph
    silent = np.isnan(graph.scores) | found.get("required", False)
    signed = np.where(silent, np.nan, found["val_matrix"])
    statistics = {"partial_correlation": signed, **graph.edge_statistics}
    return replace(graph, edge_statistics=statistics)


def marked_scores(found: dict[str, Any]) -> FloatArray:
    """Return the absolute statistic of each link, 0 at lag 0 if its mark excludes the direction.

    Both directions of a link at lag 0 have the same test. The direction whose mark begins with `<`
    would therefore tie with the edge. A lagged link keeps its statistic whatever its mark, because
    the link is more certain than the mark.
    """
    scores = np.abs(found["val_matrix"])
    scores[:, :, 0][np.char.startswith(found["graph"][:, :, 0], "<")] = 0.0
    np.fill_diagonal(scores[:, :, 0], np.nan)
    return np.asarray(scores)
