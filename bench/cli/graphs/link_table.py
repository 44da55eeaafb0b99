"""The strongest links of a graph as a table of text, with everything the method knows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from methods import LaggedGraph
from methods.types.formats import said
from methods.types.marks import once
from methods.types.shown import other_links

if TYPE_CHECKING:
    import pandas as pd


def strongest(graph: LaggedGraph, count: int) -> str:
    """Return the `count` strongest links, one a line, and a line that counts the edges.

    A link at lag 0 whose mark says the same of both directions is listed once. As many links that
    have a mark and no score follow. Where the graph has regimes, half as many links of each follow
    those of the graph of all steps.
    """
    import pandas as pd

    rows = _ranked(graph, count)
    if graph.per_regime:
        parts = [_ranked(part, count // 2) for part in graph.per_regime.values()]
        labels = ["all", *map(str, graph.per_regime)]
        rows = pd.concat(
            [
                part.assign(regime=np.full(len(part), label, dtype=object))
                for part, label in zip([rows, *parts], labels, strict=True)
            ]
        )
    return "\n".join([*aligned(rows), counted(graph)])


def _ranked(graph: LaggedGraph, count: int) -> pd.DataFrame:
    """Return the rows of the strongest links of the graph itself, with their ranks."""
    import pandas as pd

    rows = _rows(graph)
    unscored = rows["score"].isna()
    rows["selected"] = rows["selected"].mask(unscored, None)  # nothing is decided there
    rows = pd.concat([rows[~unscored].head(count), rows[unscored].head(count)])
    rows.insert(0, "rank", range(1, len(rows) + 1))
    return rows


def _rows(graph: LaggedGraph) -> pd.DataFrame:
    """Return the rows of the graph itself, strongest first."""
    rows = said(graph)
    frame = graph.to_frame().iloc[: int(rows.sum())].drop(columns="regime", errors="ignore")
    if graph.marks is not None:
        frame = frame[(once(graph.marks) | (graph.marks == ""))[rows]]
    return frame.sort_values("score", ascending=False, kind="stable")


def counted(graph: LaggedGraph) -> str:
    """Return how many links are selected, and how many others have a mark."""
    chosen = "no decision" if graph.adjacency is None else f"{int(graph.adjacency.sum())} selected"
    others = other_links(graph)
    marked = f"; {others} other link{'s' if others > 1 else ''}, see mark" if others else ""
    return f"{chosen} of {int((~np.isnan(graph.scores)).sum())} scored links{marked}"


def aligned(frame: pd.DataFrame) -> list[str]:
    """Return a line of names and a line per row; words begin, numbers end below each other."""
    columns = []
    for name in frame:
        texts = [str(name), *map(_text, frame[name])]
        width = max(map(len, texts))
        words = frame[name].dtype == object or name == "mark"
        columns.append([text.ljust(width) if words else text.rjust(width) for text in texts])
    return ["  ".join(parts).rstrip() for parts in zip(*columns, strict=True)]


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or value == "" or value != value:  # of all values NaN alone is unlike itself
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
