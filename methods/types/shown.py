"""How a lagged graph shows itself in a prompt and in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from methods.types.arrays import BoolArray
from methods.types.formats import said
from methods.types.marks import once

if TYPE_CHECKING:
    from methods.types.graph import LaggedGraph

_ROWS = 20


def short(graph: LaggedGraph) -> str:
    """Return one line, as `LaggedGraph(10 variables, lags 0-5, 26 edges, 3 regimes)`.

    Links that have a mark and are no edges are counted too, as `2 other links`.
    """
    parts = [f"{graph.n_vars} variables", f"lags 0-{graph.max_lag}"]
    if graph.adjacency is None:
        parts.append("scores only")
    else:
        parts.append(f"{int(graph.adjacency.sum())} edges")
    others = other_links(graph)
    if others:
        parts.append(f"{others} other link{'s' if others > 1 else ''}")
    if graph.per_regime:
        parts.append(f"{len(graph.per_regime)} regimes")
    return f"{type(graph).__name__}({', '.join(parts)})"


def links(graph: LaggedGraph) -> BoolArray:
    """Return where an edge is selected, or a link has another mark, that of both directions once.

    Where the graph makes no decision, that is where it says anything.
    """
    if graph.adjacency is None:
        return said(graph)
    found = graph.adjacency.copy()
    if graph.marks is not None:
        either = found.copy()
        either[:, :, 0] |= found[:, :, 0].T
        found |= once(graph.marks) & ~either
    return found


def other_links(graph: LaggedGraph) -> int:
    """Return the number of links with a mark that are selected in no direction."""
    found = links(graph)
    return 0 if graph.adjacency is None else int((found & ~graph.adjacency).sum())


def as_html(graph: LaggedGraph) -> str:
    """Return the line of `short` and a table of the strongest edges, or links without a decision.

    Links that have a mark and are no edges are among them.
    With regimes, the edges are those of all regimes together.
    """
    frame = graph.to_frame()
    frame = frame[frame["regime"].isna()].drop(columns="regime") if "regime" in frame else frame
    frame = frame[links(graph)[said(graph)]]
    order = np.argsort(-frame["score"].to_numpy(), kind="stable")[:_ROWS]
    headline = f"{short(graph)}, the {len(order)} strongest:" if len(order) < len(frame) else ""
    table = frame.iloc[order].to_html(index=False, float_format=lambda number: f"{number:.4g}")
    return f"<p>{escape(headline or short(graph))}</p>\n{table}"
