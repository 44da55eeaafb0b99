"""How a lagged graph shows itself in a prompt and in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from methods.types.graph import LaggedGraph

_ROWS = 20


def short(graph: LaggedGraph) -> str:
    """Return one line, as `LaggedGraph(10 variables, lags 0-5, 26 edges, 3 regimes)`."""
    parts = [f"{graph.n_vars} variables", f"lags 0-{graph.max_lag}"]
    if graph.adjacency is None:
        parts.append("scores only")
    else:
        parts.append(f"{int(graph.adjacency.sum())} edges")
    if graph.per_regime:
        parts.append(f"{len(graph.per_regime)} regimes")
    return f"{type(graph).__name__}({', '.join(parts)})"


def as_html(graph: LaggedGraph) -> str:
    """Return the line of `short` and a table of the strongest edges, or links without a decision.

    With regimes, the edges are those of all regimes together.
    """
    frame = graph.to_frame()
    frame = frame[frame["regime"].isna()].drop(columns="regime") if "regime" in frame else frame
    if graph.adjacency is not None:
        frame = frame[frame["selected"].astype(bool)]
    order = np.argsort(-frame["score"].to_numpy(), kind="stable")[:_ROWS]
    said = f"{short(graph)}, the {len(order)} strongest:" if len(order) < len(frame) else ""
    table = frame.iloc[order].to_html(index=False, float_format=lambda number: f"{number:.4g}")
    return f"<p>{escape(said or short(graph))}</p>\n{table}"
