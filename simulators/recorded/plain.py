"""The plain format, for data of your own: a folder per set with two files.

`series.csv` has one named column per variable and its rows in time order, with nothing missing
and no column of times. `graph.csv` has one row per edge:

    cause,effect,lag,size
    rain,river,1,0.8
    river,river,1,0.5

- `cause` and `effect` are column names of the series; the cause acts on the effect.
- `lag` is in rows, 0 or more. Where it is empty in every row, or no such column is there, the
  graph is a summary graph: an edge acts at some lag.
- `size` may be left out: how strong the edge is (above 0, on any scale); 1 otherwise.
- A file without any edge of a variable to itself makes no claim about those.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from methods import LaggedGraph, TimeSeries
from methods.types.errors import InputError
from simulators.recorded.truths import summary_graph, window_graph

if TYPE_CHECKING:
    import pandas as pd


def names(folder: Path) -> list[str]:
    """Return every folder with a `series.csv`, relative to `folder`, which may be one itself."""
    return [p.parent.relative_to(folder).as_posix() for p in folder.rglob("series.csv")]


def read(folder: Path, name: str) -> tuple[TimeSeries, LaggedGraph]:
    """Return the series and the truth of one set.

    Raises
    ------
    ValueError
        Names the file, the row, what was expected and what was found.
    """
    series, path = TimeSeries.from_file(folder / name / "series.csv"), folder / name / "graph.csv"
    edges = _read_edges(path, series.names)
    too_far = edges["lag"] > series.n_samples - 2
    _refuse(path, edges["lag"], too_far, f"a lag within the {series.n_samples} rows of the series")
    return series, _graph(edges, series.names)


def _graph(edges: pd.DataFrame, names: tuple[str, ...]) -> LaggedGraph:
    at = [np.array([names.index(name) for name in edges[c]], int) for c in ("cause", "effect")]
    self_loops = bool((at[0] == at[1]).any())
    if edges["lag"].isna().all():
        summary = np.zeros((len(names), len(names)))
        summary[at[0], at[1]] = edges["size"]
        return summary_graph(summary, names, self_loops=self_loops)
    lags = edges["lag"].to_numpy(dtype=int)
    window = np.zeros((len(names), len(names), max(1, lags.max()) + 1))
    window[at[0], at[1], lags] = edges["size"]
    return window_graph(window, names, self_loops=self_loops)


def _read_edges(path: Path, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the checked columns cause, effect, lag and size."""
    import pandas as pd

    if not path.is_file():
        raise InputError(f"{path}: expected the graph of the series beside it, found no file")
    try:
        edges = pd.read_csv(
            path,
            dtype={"cause": str, "effect": str},
            keep_default_na=False,
            na_values={"lag": [""], "size": [""]},
        )
    except ValueError as error:  # also what pandas raises on an empty or a broken file
        raise InputError(f"{path}: expected a CSV file, found one that is not: {error}") from None
    if not {"cause", "effect"} <= set(edges.columns) <= {"cause", "effect", "lag", "size"}:
        raise InputError(
            f"{path}: expected the columns cause, effect and perhaps lag and size, found "
            f"{list(edges.columns)}"
        )
    if edges.empty:
        raise InputError(f"{path}: expected a row for each edge, found none")
    for column, default in (("lag", np.nan), ("size", 1.0)):
        given = edges[column] if column in edges else pd.Series(default, edges.index)
        edges[column] = pd.to_numeric(given, errors="coerce")
        _refuse(path, given, given.notna() & edges[column].isna(), f"a number as {column}")
    edges["size"] = edges["size"].fillna(1.0)
    _check(path, edges, names)
    return edges


def _check(path: Path, edges: pd.DataFrame, names: tuple[str, ...]) -> None:
    lag = edges["lag"]
    for column in ("cause", "effect"):
        known = edges[column].isin(names)
        _refuse(path, edges[column], ~known, f"as {column} one of {', '.join(names)}")
    _refuse(path, lag, lag.isna() & bool(lag.notna().any()), "a lag in every row or in none")
    _refuse(path, lag, lag.notna() & ((lag < 0) | (lag % 1 != 0)), "a lag of 0 rows or more")
    sized = (edges["size"] > 0) & np.isfinite(edges["size"])
    _refuse(path, edges["size"], ~sized, "a finite size above 0")
    now = (edges["cause"] == edges["effect"]) & (lag == 0)
    _refuse(path, edges["cause"], now, "a lag of 1 or more from a variable to itself")
    doubled = edges.duplicated(["cause", "effect", "lag"])
    _refuse(path, edges["cause"], doubled, "each edge once")


def _refuse(path: Path, column: pd.Series, wrong: pd.Series, expected: str) -> None:
    for row in np.flatnonzero(wrong):
        raise InputError(
            f"{path}, edge {row}: expected {expected}, found {column.tolist()[row]!r}"
        )
