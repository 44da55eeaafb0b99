"""From cells and their records to one row per cell, and what each protocol reads off them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.analysis.sortability import properties_of
from bench.config import Cell
from bench.config.cell import axes_text
from bench.config.protocol import f1_of, shipped
from bench.store import Record, Scan
from bench.store.long_table import metrics_of
from bench.store.schema import Value

if TYPE_CHECKING:
    import pandas as pd

# Columns that together name one condition; axes of the grid are added as text.
CONDITION = ["simulator", "axes", "n_samples", "scope"]


class Labels:
    """Names for the cells of a run, such that no two settings share a row.

    Where cells of one method differ in its parameters, the values that differ follow its name.
    Where cells of one simulator and grid point differ in its parameters or in what methods are
    told, these are added to the axes.

    Parameters
    ----------
    cells
        All cells that are shown together.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        methods: dict[str, list[dict[str, Any]]] = defaultdict(list)
        systems: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for cell in cells:
            methods[cell.method].append(_flat(cell.all_method_params()))
            systems[_system(cell)].append(_told(cell))
        self._own = {name: _varying(found) for name, found in methods.items()}
        self._told = {system: _varying(found) for system, found in systems.items()}
        self.points = {
            (cell.simulator, axes_text(self.axes(cell))): self.axes(cell) for cell in cells
        }

    def method(self, cell: Cell) -> str:
        """Return the name of a cell's method, with the parameters in which others differ."""
        params = _flat(cell.all_method_params())
        own = {name: params.get(name) for name in self._own[cell.method]}
        return f"{cell.method} {axes_text(own)}" if own else cell.method

    def at(self, row: Mapping[Any, Any]) -> Mapping[str, Any]:
        """Return the axes behind the `simulator` and the text of `axes` in a row."""
        return self.points[row["simulator"], row["axes"]]

    def axes(self, cell: Cell) -> dict[str, Any]:
        """Return the grid point of a cell, with what else tells its system from others."""
        told = _told(cell)
        return dict(cell.axes) | {name: told.get(name) for name in self._told[_system(cell)]}


def collect(cells: Sequence[Cell], scan: Scan) -> pd.DataFrame:
    """Return one row per planned cell, scope and metric; see `rows_of`."""
    return rows_of(cells, scan.read, Labels(cells))


def rows_of(
    cells: Sequence[Cell], read: Callable[[str], Record | None], labels: Labels
) -> pd.DataFrame:
    """Return one row per planned cell, scope and metric; `read` returns the record of a key.

    Columns: key, condition, simulator, axes, n_samples, seed, method, adapter, status, reason,
    cpu_seconds, those of `bench.analysis.sortability`, scope, metric, value, floor, ceiling.
    `axes` is the text of `Labels.axes`, `method` that of `Labels.method`, `adapter` the plain
    name. A cell without metrics is one row with scope and metric empty. Where the truth is a
    summary graph, its scores without self-loops stand for those of a window graph, under the scope
    `summary`.
    """
    import pandas as pd

    rows = []
    # A cell planned twice is one system: counted twice it would narrow the interval.
    for cell in {(c.key, c.simulator, axes_text(c.axes)): c for c in cells}.values():
        record = read(cell.key)
        head = _head(cell, record) | {
            "method": labels.method(cell),
            "axes": axes_text(labels.axes(cell)),
        }
        found = metrics_of(record)
        lagged = not found or any(name.startswith("window/") for name in found)
        plain = ("window" if lagged else "summary_no_self", "forecast", "")
        for name, scores in (found or {"//": Value()}).items():
            level, scope, metric = name.split("/")
            label = metric if level in plain else f"{level}:{metric}"
            place = {"scope": scope if lagged else "summary", "metric": label}
            rows.append(head | place | scores.model_dump())
    # Where nothing has a score, all are None, and the column would be one of objects.
    return pd.DataFrame(rows).astype(dict.fromkeys(Value.model_fields, float))


def _system(cell: Cell) -> tuple[str, str]:
    return cell.simulator, axes_text(cell.axes)


def _told(cell: Cell) -> dict[str, Any]:
    return _flat(cell.all_simulator_params()) | {"regimes": cell.choice}


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


def _head(cell: Cell, record: Record | None) -> dict[str, Any]:
    return {
        "key": cell.key,
        "condition": cell.condition,
        "simulator": cell.simulator,
        "n_samples": cell.n_samples,
        "seed": cell.seed,
        "adapter": cell.method,
        "status": "missing" if record is None else record.status,
        "reason": None if record is None else record.reason,
        "cpu_seconds": None if record is None else record.cost.cpu_seconds,
        **properties_of(record),
    }


def one_scope(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the per-regime scores of a system that has regimes, else those of its one graph.

    Metrics that are not known per regime, such as those of the labels, are kept as they are.
    """
    places, per_regime = _places(rows, "metric"), rows["scope"] == "per_regime"
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
        for (adapter, _), group in rows.groupby(["adapter", "method"]):
            metric = protocol.metric(str(adapter), set(group["metric"]))
            parts.append(group[group["metric"] == metric].assign(metric=f1_of(name)))
        if protocol.failed is not None:
            parts.append(lost.assign(metric=f1_of(name), value=protocol.failed))
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


def _places(rows: pd.DataFrame, *further: str) -> pd.MultiIndex:
    import pandas as pd

    return pd.MultiIndex.from_frame(rows[["simulator", "axes", *further]])
