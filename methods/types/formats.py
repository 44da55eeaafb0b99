"""A lagged graph as npz, CSV, networkx multigraph and tigramite string graph, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.types.graph import COLUMNS, IntArray, LaggedGraph

if TYPE_CHECKING:
    import pandas as pd

_STATISTIC = "statistic_"


def to_npz(graph: LaggedGraph, path: Path) -> None:
    """Write the graph and its regimes as arrays; a regime's arrays are prefixed by its label."""
    arrays: dict[str, Any] = {"names": np.array(graph.names), **_arrays(graph, "")}
    for label, part in graph.per_regime.items():
        arrays |= _arrays(part, f"regime{label}_")
    if graph.per_regime:
        arrays["regimes"] = np.array(list(graph.per_regime), dtype=np.int64)
    if graph.regimes is not None:
        arrays["steps"] = np.concatenate(graph.regimes)
        arrays["segment_lengths"] = np.array([len(labels) for labels in graph.regimes])
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _arrays(graph: LaggedGraph, prefix: str) -> dict[str, Any]:
    fields = ("scores", "adjacency", "p_values", "forecast_error")
    values = {name: getattr(graph, name) for name in fields}
    values |= {_STATISTIC + name: array for name, array in graph.edge_statistics.items()}
    return {prefix + name: value for name, value in values.items() if value is not None}


def from_npz(path: Path) -> LaggedGraph:
    """Read what `to_npz` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    names = tuple(str(name) for name in arrays["names"])

    def part(
        prefix: str,
        per_regime: dict[int, LaggedGraph],
        regimes: tuple[IntArray, ...] | None = None,
    ) -> LaggedGraph:
        error, statistic = arrays.get(prefix + "forecast_error"), prefix + _STATISTIC
        return LaggedGraph(
            arrays[prefix + "scores"],
            names,
            arrays.get(prefix + "adjacency"),
            arrays.get(prefix + "p_values"),
            per_regime,
            None if error is None else float(error),
            regimes,
            {
                key.removeprefix(statistic): array
                for key, array in arrays.items()
                if key.startswith(statistic)
            },
        )

    labels = [int(label) for label in arrays.get("regimes", [])]
    per_regime = {label: part(f"regime{label}_", {}) for label in labels}
    return part("", per_regime, _labels_of_steps(arrays))


def _labels_of_steps(arrays: Mapping[str, NDArray[Any]]) -> tuple[IntArray, ...] | None:
    if "steps" not in arrays:
        return None
    ends = np.cumsum(arrays["segment_lengths"])
    return tuple(np.split(arrays["steps"], ends[:-1]))


def to_csv(graph: LaggedGraph, path: Path) -> None:
    """Write one row per score that is not NaN; `selected` is empty without an adjacency."""
    import pandas as pd

    rows = [
        (graph.names[i], graph.names[j], lag, graph.scores[i, j, lag], _selected(graph, i, j, lag))
        for i, j, lag in np.argwhere(~np.isnan(graph.scores)).tolist()
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for name, values in graph.edge_statistics.items():
        frame[name] = values[~np.isnan(graph.scores)]
    frame.to_csv(path, index=False)


def _selected(graph: LaggedGraph, i: int, j: int, lag: int) -> bool | None:
    return None if graph.adjacency is None else bool(graph.adjacency[i, j, lag])


def from_csv(path: Path, names: Sequence[str] | None, max_lag: int | None) -> LaggedGraph:
    """Read rows of `COLUMNS`; ValueError names what does not fit.

    Every further column of numbers is an edge statistic; columns of anything else are left out.
    """
    frame = _read_rows(path)
    if names is None:
        names = list(dict.fromkeys([*frame["cause"], *frame["effect"]]))
    if max_lag is None:
        max_lag = int(frame["lag"].max()) if len(frame) else 0
    _check_rows(path, frame, names, max_lag)
    index = {name: i for i, name in enumerate(names)}
    shape = (len(names), len(names), max_lag + 1)
    at = (
        frame["cause"].map(index).to_numpy(dtype=int),
        frame["effect"].map(index).to_numpy(dtype=int),
        frame["lag"].to_numpy(dtype=int),
    )

    def spread(column: pd.Series, fill: float | bool) -> NDArray[Any]:
        array = np.full(shape, fill)
        array[at] = column.to_numpy(dtype=array.dtype)
        return array

    decided = bool(frame["selected"].notna().all())
    further = frame.drop(columns=list(COLUMNS)).select_dtypes("number")
    return LaggedGraph(
        spread(frame["score"], np.nan),
        tuple(names),
        spread(frame["selected"], False) if decided else None,
        edge_statistics={str(name): spread(further[name], np.nan) for name in further},
    )


def _read_rows(path: Path) -> pd.DataFrame:
    import pandas as pd

    columns = list(pd.read_csv(path, nrows=0).columns)
    absent = [column for column in COLUMNS if column not in columns]
    if absent:
        raise ValueError(
            f"{path.name}: expected columns {list(COLUMNS)}, found none named {absent}"
        )
    return pd.read_csv(
        path,
        dtype={"cause": str, "effect": str},
        keep_default_na=False,
        na_values={name: [""] for name in columns if name not in ("cause", "effect")},
    )


def _check_rows(path: Path, frame: pd.DataFrame, names: Sequence[str], max_lag: int) -> None:
    unknown = ~(frame["cause"].isin(names) & frame["effect"].isin(names))
    for row in np.flatnonzero(unknown | ~frame["lag"].isin(range(max_lag + 1))):
        cause, effect, lag = frame.loc[row, ["cause", "effect", "lag"]]
        raise ValueError(
            f"{path.name}, row {row}: expected a cause and an effect among {list(names)} and a "
            f"lag from 0 to {max_lag}, found {cause!r} -> {effect!r} at lag {lag}"
        )


def to_networkx(graph: LaggedGraph) -> nx.MultiDiGraph:
    """Return edges `cause -> effect` keyed by lag, with `score` and (if decided) `selected`."""
    multigraph = nx.MultiDiGraph(max_lag=graph.max_lag)
    multigraph.add_nodes_from(graph.names)
    for i, j, lag in np.argwhere(~np.isnan(graph.scores)).tolist():
        data: dict[str, Any] = {"lag": lag, "score": float(graph.scores[i, j, lag])}
        if graph.adjacency is not None:
            data["selected"] = bool(graph.adjacency[i, j, lag])
        multigraph.add_edge(graph.names[i], graph.names[j], key=lag, **data)
    return multigraph


def from_networkx(graph: nx.MultiDiGraph) -> LaggedGraph:
    """Read a multigraph with `lag`, `score` and optional `selected` on its edges."""
    names = tuple(str(node) for node in graph.nodes)
    index = {name: i for i, name in enumerate(names)}
    edges = [(index[str(u)], index[str(v)], data) for u, v, data in graph.edges(data=True)]
    largest = max((data["lag"] for *_, data in edges), default=0)
    shape = (len(names), len(names), graph.graph.get("max_lag", largest) + 1)
    scores, adjacency = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for i, j, data in edges:
        scores[i, j, data["lag"]] = data["score"]
        adjacency[i, j, data["lag"]] = data.get("selected", False)
    decided = any("selected" in data for *_, data in edges)
    return LaggedGraph(scores, names, adjacency if decided else None)


def to_tigramite(graph: LaggedGraph) -> NDArray[np.str_]:
    """Write `-->` at `[cause, effect, lag]`, and `<--` at the mirrored entry of lag 0."""
    if graph.adjacency is None:
        raise ValueError(
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
) -> LaggedGraph:
    """Read a string graph; an unoriented `o-o` at lag 0 counts both ways if in `edge_marks`."""
    adjacency = np.isin(marks, list(edge_marks))
    scores = adjacency.astype(float) if val_matrix is None else np.abs(np.asarray(val_matrix))
    return LaggedGraph(
        scores, tuple(names), adjacency, None if p_matrix is None else np.asarray(p_matrix)
    )
