"""From cells and their records to one row per cell, and what each protocol reads off them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.config.cell import Cell
from bench.config.protocol import shipped
from bench.store.record import Record
from bench.store.store import Scan

if TYPE_CHECKING:
    import pandas as pd

_NOTHING = {"value": None, "floor": None, "ceiling": None}

# Columns that together name one condition; axes of the grid are added as text.
CONDITION = ["simulator", "axes", "n_samples", "scope"]


def collect(cells: Sequence[Cell], scan: Scan) -> pd.DataFrame:
    """Return one row per planned cell, scope and metric; see `rows_of`."""
    return rows_of(cells, scan.read)


def rows_of(cells: Sequence[Cell], read: Callable[[str], Record | None]) -> pd.DataFrame:
    """Return one row per planned cell, scope and metric; `read` returns the record of a key.

    Columns: key, problem, simulator, axes, n_samples, seed, method, status, reason, cpu_seconds,
    scope, metric, value, floor, ceiling; a cell without metrics is one row with scope and metric
    empty.
    Where the truth is a summary graph, its scores without self-loops stand for those of a window
    graph, under the scope `summary`.
    """
    import pandas as pd

    rows = []
    labels = distinct_labels(cells)
    # A cell planned twice is one system: counted twice it would narrow the interval.
    for cell in {(c.key, c.simulator, str(c.axes)): c for c in cells}.values():
        record = read(cell.key) or {"status": "missing"}
        head = {**_head(cell, record), **labels(cell)}
        metrics = dict(record.get("metrics", {}))
        if record.get("forecast_error") is not None:
            metrics["forecast/union/error"] = {"value": record["forecast_error"]}
        lagged = not metrics or any(name.startswith("window/") for name in metrics)
        plain = ("window" if lagged else "summary_no_self", "forecast", "")
        for name, scores in metrics.items() or {"//": {}}.items():
            level, scope, metric = name.split("/")
            label = metric if level in plain else f"{level}:{metric}"
            values = {**_NOTHING, **scores}
            rows.append(
                {**head, "scope": scope if lagged else "summary", "metric": label} | values
            )
    return pd.DataFrame(rows)


def distinct_labels(cells: Sequence[Cell]) -> Callable[[Cell], dict[str, str]]:
    """Return what names a cell's `method` and `axes` so that no two settings share a row.

    Where cells of one method differ in its parameters, or cells of one simulator and grid point
    in its parameters or in what methods are told, the values that differ are added.
    """
    methods: dict[str, list[dict[str, Any]]] = defaultdict(list)
    systems: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for cell in cells:
        methods[cell.method].append(_flat(cell.method_params))
        systems[_system(cell)].append(_told(cell))

    varying = {name: _varying(found) for name, found in (*methods.items(), *systems.items())}

    def name(cell: Cell) -> dict[str, str]:
        params, told = _flat(cell.method_params), _told(cell)
        own = [f"{key}={params.get(key)}" for key in varying[cell.method]]
        axes = [f"{key}={told.get(key)}" for key in varying[_system(cell)]]
        return {
            "method": " ".join([cell.method, *own]),
            "axes": " ".join(filter(None, [_axes(cell), *axes])),
        }

    return name


def _axes(cell: Cell) -> str:
    return " ".join(f"{name}={value}" for name, value in cell.axes.items())


def _system(cell: Cell) -> str:
    return f"{cell.simulator} {_axes(cell)}"


def _told(cell: Cell) -> dict[str, Any]:
    return _flat(cell.simulator_params) | {"regimes_known": cell.regimes_known}


def _flat(params: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested parameters under dotted names."""
    flat: dict[str, Any] = {}
    for key, value in params.items():
        nested = isinstance(value, Mapping)
        flat |= _flat(value, f"{before}{key}.") if nested else {f"{before}{key}": value}
    return flat


def _varying(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the keys whose values are not the same everywhere."""
    first = found[0]
    keys = dict.fromkeys(key for params in found for key in params)
    return [key for key in keys if any(params.get(key) != first.get(key) for params in found)]


def _head(cell: Cell, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": cell.key,
        "problem": cell.problem,
        "simulator": cell.simulator,
        "n_samples": cell.n_samples,
        "seed": cell.seed,
        "status": record["status"],
        "reason": record.get("reason"),
        "cpu_seconds": record.get("cost", {}).get("cpu_seconds"),
    }


def one_scope(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the per-regime scores of a system that has regimes, else those of its one graph."""
    places, per_regime = _places(rows), rows["scope"] == "per_regime"
    kept: pd.Series = per_regime == places.isin(places[per_regime])
    return rows[kept]


def protocols(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what each protocol reads as F1, as metrics `f1 paper` and `f1 fair`.

    Where a protocol counts a failed or declined run, it is added with that value.
    """
    import pandas as pd

    lost = _lost(rows)
    parts = []
    for name, protocol in shipped().items():
        for method, group in rows.groupby("method"):
            metric = protocol.metric(str(method).split()[0], set(group["metric"]))
            parts.append(group[group["metric"] == metric].assign(metric=f"f1 {name}"))
        if protocol.failed is not None:
            parts.append(lost.assign(metric=f"f1 {name}", value=protocol.failed))
    return pd.concat(parts, ignore_index=True)


def _lost(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the runs without a score, in each scope that others have there.

    Where nobody has a score, it is what the simulator has elsewhere, or the union.
    """
    import pandas as pd

    failed = rows[~rows["status"].isin(["ok", "missing"])].drop(columns="scope")
    known = rows.loc[rows["scope"] != "", ["simulator", "axes", "scope"]].drop_duplicates()
    alone = ~_places(failed).isin(_places(known))
    elsewhere = known[["simulator", "scope"]].drop_duplicates()
    beside = failed[~alone].merge(known, on=["simulator", "axes"])
    return pd.concat([beside, failed[alone].merge(elsewhere, how="left", on="simulator")]).fillna(
        {"scope": "union"}
    )


def _places(rows: pd.DataFrame) -> pd.MultiIndex:
    import pandas as pd

    return pd.MultiIndex.from_frame(rows[["simulator", "axes"]])
