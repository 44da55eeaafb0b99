"""A lagged graph as npz, CSV, networkx multigraph and tigramite string graph, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.types.arrays import BoolArray, FloatArray, IntArray
from methods.types.errors import InputError
from methods.types.marks import Marks

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

COLUMNS = ("cause", "effect", "lag", "score", "selected")
"""The first columns of the CSV format."""

FURTHER = ("mark", "p_value", "regime")
"""Columns that follow where a graph has them; the statistics of an edge come last."""

Fields = dict[str, Any]
"""The fields that build a graph, by the names of its parameters."""


class Graph(Protocol):
    """The parts of a graph that are written; see `methods.LaggedGraph`."""

    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def scores(self) -> FloatArray: ...  # noqa: D102
    @property
    def adjacency(self) -> BoolArray | None: ...  # noqa: D102
    @property
    def p_values(self) -> FloatArray | None: ...  # noqa: D102
    @property
    def per_regime(self) -> Mapping[int, Graph]: ...  # noqa: D102
    @property
    def regimes(self) -> tuple[IntArray, ...] | None: ...  # noqa: D102
    @property
    def edge_statistics(self) -> Mapping[str, FloatArray]: ...  # noqa: D102
    @property
    def marks(self) -> Marks | None: ...  # noqa: D102
    @property
    def max_lag(self) -> int: ...  # noqa: D102


_STATISTIC = "statistic_"


def to_npz(graph: Graph, file: Path | BinaryIO) -> None:
    """Write the graph and its regimes as arrays; a regime's arrays are prefixed by its label."""
    if isinstance(file, Path):
        with file.open("wb") as opened:
            to_npz(graph, opened)
        return
    arrays: dict[str, Any] = {"names": np.array(graph.names), **_arrays(graph, "")}
    for label, part in graph.per_regime.items():
        arrays |= _arrays(part, f"regime{label}_")
    if graph.per_regime:
        arrays["regimes"] = np.array(list(graph.per_regime), dtype=np.int64)
    if graph.regimes is not None:
        arrays["steps"] = np.concatenate(graph.regimes)
        arrays["segment_lengths"] = np.array([len(labels) for labels in graph.regimes])
    np.savez_compressed(file, **arrays)


def _arrays(graph: Graph, prefix: str) -> dict[str, Any]:
    fields = ("scores", "adjacency", "p_values", "forecast_error", "converged", "marks")
    values = {name: getattr(graph, name) for name in fields}
    values |= {_STATISTIC + name: array for name, array in graph.edge_statistics.items()}
    return {prefix + name: value for name, value in values.items() if value is not None}


def from_npz(file: Path | BinaryIO) -> Fields:
    """Read what `to_npz` wrote; `per_regime` holds the fields of each regime's graph."""
    with np.load(file, allow_pickle=False) as stored:
        arrays = dict(stored)
    labels = [int(label) for label in arrays.get("regimes", [])]
    return _part(arrays, "") | {
        "per_regime": {label: _part(arrays, f"regime{label}_") for label in labels},
        "regimes": _labels_of_steps(arrays),
    }


def _part(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Fields:
    """Return the fields of the graph whose arrays have a prefix."""
    error, statistic = arrays.get(prefix + "forecast_error"), prefix + _STATISTIC
    converged = arrays.get(prefix + "converged")
    return {
        "scores": arrays[prefix + "scores"],
        "names": tuple(str(name) for name in arrays["names"]),
        "adjacency": arrays.get(prefix + "adjacency"),
        "p_values": arrays.get(prefix + "p_values"),
        "forecast_error": None if error is None else float(error),
        "converged": None if converged is None else bool(converged),
        "marks": arrays.get(prefix + "marks"),
        "edge_statistics": {
            key.removeprefix(statistic): array
            for key, array in arrays.items()
            if key.startswith(statistic)
        },
    }


def _labels_of_steps(arrays: Mapping[str, NDArray[Any]]) -> tuple[IntArray, ...] | None:
    if "steps" not in arrays:
        return None
    ends = np.cumsum(arrays["segment_lengths"])
    return tuple(np.split(arrays["steps"], ends[:-1]))


def to_csv(graph: Graph, path: Path) -> None:
    """Write the rows of `to_frame`."""
    to_frame(graph).to_csv(path, index=False)


def to_frame(graph: Graph) -> pd.DataFrame:
    """Return one row per score that is not NaN, and per link that has a mark and no score.

    The columns are `COLUMNS`, then `mark` and `p_value` if the graph has them, then its
    `edge_statistics`. `selected` is empty if the method makes no decision. With regimes a column
    `regime` follows. It is empty in the rows of the graph itself, and holds the label in the rows
    of each regime's graph.
    """
    import pandas as pd

    frames = [_rows(graph)]
    frames += [_rows(part).assign(regime=label) for label, part in graph.per_regime.items()]
    frame = pd.concat([part for part in frames if len(part)] or frames[:1], ignore_index=True)
    if "regime" in frame:
        frame["regime"] = frame["regime"].astype("Int64")
    return frame


def _rows(graph: Graph) -> pd.DataFrame:
    import pandas as pd

    rows = said(graph)
    i, j, lag = (place.tolist() for place in np.nonzero(rows))
    names = graph.names
    columns: dict[str, Any] = {
        "cause": [names[k] for k in i],
        "effect": [names[k] for k in j],
        "lag": lag,
        "score": graph.scores[rows],
        "selected": None if graph.adjacency is None else graph.adjacency[rows].astype(object),
    }
    if graph.marks is not None:
        columns["mark"] = graph.marks[rows]
    if graph.p_values is not None:
        columns["p_value"] = graph.p_values[rows]
    columns |= {name: values[rows] for name, values in graph.edge_statistics.items()}
    return pd.DataFrame(columns)


def said(graph: Graph) -> BoolArray:
    """Return where the graph says something: a score, or a mark without one."""
    scored = ~np.isnan(graph.scores)
    return np.asarray(scored if graph.marks is None else scored | (graph.marks != ""))


def from_csv(path: Path, names: Sequence[str] | None, max_lag: int | None) -> Fields:
    """Read rows of `COLUMNS`.

    Columns named in `FURTHER` are read as `to_csv` writes them. Every other column of numbers is
    an edge statistic. Columns of anything else are left out.

    Raises
    ------
    ValueError
        If a column of `COLUMNS` is missing, or a row has an unknown variable or lag.
    """
    frame = _read_rows(path)
    if names is None:
        names = list(dict.fromkeys([*frame["cause"], *frame["effect"]]))
    if max_lag is None:
        max_lag = int(frame["lag"].max()) if len(frame) else 0
    _check_rows(path, frame, names, max_lag)
    if "regime" not in frame:
        return _graph_of(frame, names, max_lag) | {"per_regime": {}}
    own, parts = frame[frame["regime"].isna()], frame.dropna(subset="regime")
    return _graph_of(own.drop(columns="regime"), names, max_lag) | {
        "per_regime": {
            int(str(label)): _graph_of(part.drop(columns="regime"), names, max_lag)
            for label, part in parts.astype({"regime": int}).groupby("regime", sort=False)
        }
    }


def _graph_of(frame: pd.DataFrame, names: Sequence[str], max_lag: int) -> Fields:
    """Return the fields of the graph that some rows describe."""
    index = {name: i for i, name in enumerate(names)}
    shape = (len(names), len(names), max_lag + 1)
    at = (
        frame["cause"].map(index).to_numpy(dtype=int),
        frame["effect"].map(index).to_numpy(dtype=int),
        frame["lag"].to_numpy(dtype=int),
    )

    def spread(column: pd.Series, fill: float | bool | str) -> NDArray[Any]:
        array = np.full(shape, fill, dtype="<U3" if fill == "" else None)
        array[at] = column.to_numpy(dtype=array.dtype)
        return array

    decided = bool(frame["selected"].notna().all())
    numbers = frame.drop(columns=[*COLUMNS, "p_value"], errors="ignore").select_dtypes("number")
    return {
        "scores": spread(frame["score"], np.nan),
        "names": tuple(names),
        "adjacency": spread(frame["selected"], False) if decided else None,
        "marks": spread(frame["mark"].fillna(""), "") if "mark" in frame else None,
        "p_values": spread(frame["p_value"], np.nan) if "p_value" in frame else None,
        "edge_statistics": {str(name): spread(numbers[name], np.nan) for name in numbers},
    }


def _read_rows(path: Path) -> pd.DataFrame:
    import pandas as pd

    columns = list(pd.read_csv(path, nrows=0).columns)
    absent = [column for column in COLUMNS if column not in columns]
    if absent:
        raise InputError(
            f"{path.name}: expected columns {list(COLUMNS)}, found none named {absent}"
        )
    return pd.read_csv(
        path,
        dtype={"cause": str, "effect": str, "mark": str},
        keep_default_na=False,
        na_values={name: [""] for name in columns if name not in ("cause", "effect")},
    )


def _check_rows(path: Path, frame: pd.DataFrame, names: Sequence[str], max_lag: int) -> None:
    unknown = ~(frame["cause"].isin(names) & frame["effect"].isin(names))
    for row in np.flatnonzero(unknown | ~frame["lag"].isin(range(max_lag + 1))):
        cause, effect, lag = frame.loc[row, ["cause", "effect", "lag"]]
        raise InputError(
            f"{path.name}, row {row}: expected a cause and an effect among {list(names)} and a "
            f"lag from 0 to {max_lag}, found {cause!r} -> {effect!r} at lag {lag}"
        )


def to_networkx(graph: Graph) -> nx.MultiDiGraph:
    """Return edges `cause -> effect` keyed by lag, with `score`, `selected` and `mark`.

    Decision and mark are there if the graph has them.
    """
    import networkx as nx

    multigraph = nx.MultiDiGraph(max_lag=graph.max_lag)
    multigraph.add_nodes_from(graph.names)
    for i, j, lag in np.argwhere(said(graph)).tolist():
        data: dict[str, Any] = {"lag": lag, "score": float(graph.scores[i, j, lag])}
        if graph.adjacency is not None:
            data["selected"] = bool(graph.adjacency[i, j, lag])
        if graph.marks is not None:
            data["mark"] = str(graph.marks[i, j, lag])
        multigraph.add_edge(graph.names[i], graph.names[j], key=lag, **data)
    return multigraph


def from_networkx(graph: nx.MultiDiGraph) -> Fields:
    """Read a multigraph with `lag`, `score` and optional `selected` and `mark` on its edges."""
    names = tuple(str(node) for node in graph.nodes)
    index = {name: i for i, name in enumerate(names)}
    edges = [(index[str(u)], index[str(v)], data) for u, v, data in graph.edges(data=True)]
    largest = max((data["lag"] for *_, data in edges), default=0)
    shape = (len(names), len(names), graph.graph.get("max_lag", largest) + 1)
    scores, adjacency = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    marks = np.full(shape, "", dtype="<U3")
    for i, j, data in edges:
        scores[i, j, data["lag"]] = data["score"]
        adjacency[i, j, data["lag"]] = data.get("selected", False)
        marks[i, j, data["lag"]] = data.get("mark", "")
    known = {key for *_, data in edges for key in data}
    return {
        "scores": scores,
        "names": names,
        "adjacency": adjacency if "selected" in known else None,
        "marks": marks if "mark" in known else None,
    }


def to_tigramite(graph: Graph) -> NDArray[np.str_]:
    """Return the marks, or else `-->` at each edge and `<--` at its mirror image at lag 0."""
    if graph.marks is not None:
        return np.array(graph.marks)
    if graph.adjacency is None:
        raise InputError(
            "adjacency: expected the decided edges, found none; build the graph with "
            "adjacency=scores > threshold"
        )
    marks = np.where(graph.adjacency, "-->", "").astype("<U3")
    both = graph.adjacency[:, :, 0] & graph.adjacency[:, :, 0].T
    mirrored = graph.adjacency[:, :, 0].T & ~graph.adjacency[:, :, 0]
    marks[:, :, 0][mirrored] = "<--"
    marks[:, :, 0][both] = "o-o"
    return marks


def from_tigramite(
    marks: NDArray[np.str_],
    names: Sequence[str],
    val_matrix: ArrayLike | None,
    p_matrix: ArrayLike | None,
    edge_marks: Sequence[str],
) -> Fields:
    """Read a string graph; an unoriented `o-o` at lag 0 counts both ways if in `edge_marks`."""
    adjacency = np.isin(marks, list(edge_marks))
    scores = adjacency.astype(float) if val_matrix is None else np.abs(np.asarray(val_matrix))
    return {
        "scores": scores,
        "names": tuple(names),
        "adjacency": adjacency,
        "marks": marks,
        "p_values": None if p_matrix is None else np.asarray(p_matrix),
    }
