"""The page on one series: the graphs that methods found in it, and what the series itself is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.report import labels
from bench.report.charts.links import heat_chart, strengths_chart
from bench.report.page.embed import embedded
from bench.report.page.render import fill
from bench.report.page.table import Entry, Table, number, word
from bench.report.styles import styles_of
from methods import LaggedGraph
from methods.inspection import Inspection

if TYPE_CHECKING:
    import pandas as pd

_STRONGEST = 25  # links in the chart of strengths
_LISTED = 500  # links of a method in the table
_MOST_VARS = 40  # of a heat map that can be read
_LINK = "{} \N{RIGHTWARDS ARROW} {}, lag {}"


def series_page(
    name: str,
    graphs: Mapping[str, LaggedGraph],
    facts: Sequence[str],
    notes: Sequence[str],
    inspection: Inspection,
) -> str:
    """Return the page, which needs no network.

    Parameters
    ----------
    name
        Of the series, as its file.
    graphs
        The graph of each method.
    facts
        Lines on the runs: sizes, regimes, methods that declined.
    notes
        What was found when the file was read.
    inspection
        What `lagbench inspect` says of the series.
    """
    links, methods = _links(graphs), [labels.method(method) for method in graphs]
    charts = {} if links["score"].isna().all() else {"strengths": _strengths(links)}
    if next(iter(graphs.values())).n_vars <= _MOST_VARS:
        charts["graph"] = _heat(graphs)
    return fill(
        "series.html",
        embedded(charts, styles=[styles_of(methods)[method] for method in methods]),
        name=name,
        methods=methods,
        charts=charts,
        facts=facts,
        listed=_LISTED,
        notes=[*notes, *inspection.notes],
        warnings=inspection.warnings,
        suggestion=inspection.suggestion,
        max_lag=inspection.max_lag,
        links=frame_table("links", links.drop(columns="share"), ("method", "cause", "effect")),
        variables=frame_table("variables", inspection.variables.rename_axis("variable")),
        assumptions=frame_table("assumptions", inspection.methods.rename_axis("method")),
    )


def _links(graphs: Mapping[str, LaggedGraph]) -> pd.DataFrame:
    """Return the strongest links of each method, with all that the methods know of them."""
    import pandas as pd

    frames = [
        graph.to_frame()
        .sort_values("score", ascending=False, kind="stable")
        .head(_LISTED)
        .assign(method=labels.method(name), share=lambda rows: rows["score"] / rows["score"].max())
        for name, graph in graphs.items()
    ]
    both = pd.concat(frames, ignore_index=True)
    return both[["method", *(column for column in both.columns if column != "method")]]


def _strengths(links: pd.DataFrame) -> dict[str, Any]:
    """Return the chart of the strongest links of the first method, those that it selects first."""
    known = links.dropna(subset=["score"])
    called = known[["cause", "effect", "lag"]].itertuples(index=False)
    known = known.assign(link=[_LINK.format(*names) for names in called])
    first = known[known["method"] == known["method"].iloc[0]]
    selected = first[[value is True or value == 1 for value in first["selected"]]]
    order = list(dict.fromkeys((first if selected.empty else selected)["link"]))[:_STRONGEST]
    shown = known[known["link"].isin(order)]
    columns = ("link", "method", "score", "share")
    rows = zip(*(shown[name] for name in columns), strict=True)
    return strengths_chart([dict(zip(columns, row, strict=True)) for row in rows], order)


def _heat(graphs: Mapping[str, LaggedGraph]) -> dict[str, Any]:
    names = next(iter(graphs.values())).names
    rows = [row for name, graph in graphs.items() for row in _cells(labels.method(name), graph)]
    return heat_chart(rows, names, [labels.method(name) for name in graphs])


def _cells(panel: str, graph: LaggedGraph) -> Iterator[dict[str, Any]]:
    strength = graph.summary().scores
    largest = float(np.nanmax(strength, initial=0.0)) or 1.0
    for i, cause in enumerate(graph.names):
        for j, effect in enumerate(graph.names):
            row: dict[str, Any] = {"panel": panel, "cause": cause, "effect": effect, "lags": ""}
            if graph.adjacency is not None:
                row["lags"] = ",".join(map(str, np.flatnonzero(graph.adjacency[i, j])))
            if not np.isnan(strength[i, j]):
                score = float(strength[i, j])
                row |= {"score": round(score, 4), "share": round(score / largest, 4)}
            yield row


def frame_table(name: str, frame: pd.DataFrame, filters: Sequence[str] = ()) -> Table:
    """Return a frame as a table of the page; numbers are sorted as numbers."""
    plain = frame.reset_index() if frame.index.name else frame
    heads = [str(column).replace("_", " ") for column in plain.columns]
    rows = [[_entry(value) for value in row] for row in plain.itertuples(index=False)]
    return Table(name, heads, rows, [head for head in filters if head in heads])


def _entry(value: Any) -> Entry:
    if isinstance(value, bool | np.bool_):
        return word("yes" if value else "no")
    if isinstance(value, int | float | np.number):
        return number(float(value), f"{value:.4g}", "-")
    if isinstance(value, list | tuple):
        return word("; ".join(map(str, value)))
    return word("-" if value is None else value)
