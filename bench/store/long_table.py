"""A store as one long table, a row per cell and metric: writing it, and reading it back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.config import Cell
from bench.config.cell import choice_of
from bench.store import commands
from bench.store.record import load
from bench.store.schema import Code, Cost, Host, Labels, MadeBy, Record, Value
from bench.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("long.parquet", "long.csv.gz", "long.csv")
"""What a table is called, by which it stands for the records of its folder."""

FORECAST_ERROR = "forecast/union/error"
"""The forecast error among the metrics; its oracle is the share of noise, where that is known."""

CONVERGED = "forecast/union/converged"
"""Whether training converged among the metrics, 1 or 0."""

_SYSTEM = "system/all/"
"""Before the names of the properties of a system, which have neither floor nor ceiling."""

_COSTS = ("wall_seconds", "cpu_seconds", "peak_memory_mib")


def long_table(store: Store) -> pd.DataFrame:
    """Return one row per planned or recorded cell, label and metric or property of its system.

    A cell without metrics is one row: it is missing, was declined or has failed. Columns: `key`,
    `simulator`, `axes`, `kind`, `simulator_params`, `n_samples`, `seed`, `regimes`, `finder`,
    `method`, `method_params`, `simulator_version`, `method_version`, `method_source`,
    `status`, `phase`, `reason`, `level`, `scope`, `metric`, `value`, `floor`, `ceiling`,
    `wall_seconds`, `cpu_seconds`, `peak_memory_mib`, `lagbench`, `cpu`, `device`.
    Parameters, axes and finder are JSON. A property (see `simulators.properties`) has the level
    `system`.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {}
    for row in _rows(store):
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return pd.DataFrame(columns)


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    entries = store.scan().entries
    planned = commands.load(store)
    for cell in planned:
        entry = entries.get(cell.key)
        labels = Labels(simulator=cell.simulator, axes=dict(cell.axes))
        record = None if entry is None else load(entry.path)
        yield from _cell_rows(cell.key, labels, cell.describe(), record)
    for key in sorted(entries.keys() - {cell.key for cell in planned}):
        record = load(entries[key].path)
        yield from _cell_rows(key, record.labels, record.cell, record)


def _cell_rows(
    key: str, labels: Labels, cell: dict[str, Any], record: Record | None
) -> Iterator[dict[str, Any]]:
    regimes, finder = choice_of(cell["protocol"])
    fixed = {
        "key": key,
        "simulator": labels.simulator,
        "axes": json.dumps(labels.axes),
        "kind": cell["simulator"]["kind"],
        "simulator_params": json.dumps(cell["simulator"]["params"]),
        "n_samples": cell["n_samples"],
        "seed": cell["seed"],
        "regimes": regimes,
        "finder": json.dumps(finder),
        "method": cell["method"]["name"],
        "method_params": json.dumps(cell["method"]["params"]),
        "simulator_version": cell["simulator"].get("version", 1),
        "method_version": cell["method"].get("version", 1),
        "method_source": cell["method"].get("source", ""),
        "status": "missing" if record is None else record.status,
        "phase": None if record is None else record.phase,
        "reason": None if record is None else record.reason,
    }
    cost = Cost() if record is None else record.cost
    made_by = MadeBy() if record is None else record.made_by
    origin = {
        **{name: getattr(cost, name) for name in _COSTS},
        "lagbench": None if record is None else str(made_by.code),
        "cpu": made_by.host.cpu,
        "device": made_by.device,
    }
    for name, scores in (_named(record) or {"//": Value()}).items():
        level, scope, metric = (part or None for part in name.split("/"))
        place = {"level": level, "scope": scope, "metric": metric}
        yield {**fixed, **place, **scores.model_dump(), **origin}


def _named(record: Record | None) -> dict[str, Value]:
    """Return what a record knows by its full name: its metrics and the system's properties."""
    properties = {} if record is None else record.properties
    known = {n: Value(value=v) for n, v in properties.items() if v is not None}
    return metrics_of(record) | {_SYSTEM + name: value for name, value in known.items()}


def metrics_of(record: Record | None) -> dict[str, Value]:
    """Return the metrics of a record by their names, with its forecast error and convergence."""
    if record is None:
        return {}
    found = dict(record.metrics)
    if record.forecast_error is not None:
        reachable = record.properties.get("noise_share")
        found[FORECAST_ERROR] = Value(value=record.forecast_error, ceiling=reachable)
    if record.converged is not None:
        found[CONVERGED] = Value(value=float(record.converged))
    return found


def find_table(folder: Path) -> Path | None:
    """Return the long table in a folder, or None."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def scored_keys(path: Path) -> set[str]:
    """Return the keys of the cells that a long table has scores of."""
    table = as_frame(path, ["key", "status"])
    return {str(key) for key in table.loc[table["status"] == "ok", "key"]}


def as_frame(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Return the rows of a long table as they stand there; all columns unless some are named."""
    import pandas as pd

    if path.suffix == ".parquet":
        return pd.read_parquet(path, columns=columns)
    return pd.read_csv(path, usecols=columns)


def read_table(path: Path) -> tuple[list[Cell], Callable[[str], Record | None]]:
    """Return the cells of a long table, and what returns the record of a key.

    A record holds status, reason, costs, metrics, and which code, CPU model and device made it.
    """
    table = as_frame(path)
    labelled = table.drop_duplicates(["key", "simulator", "axes"]).to_dict("records")
    cells = {(row["key"], row["simulator"], row["axes"]): _cell(row) for row in labelled}
    by_key = {key: cell for (key, _, _), cell in cells.items()}
    heads = {row["key"]: row for row in table.drop_duplicates("key").to_dict("records")}
    scores = _scores(table)

    def read(key: str) -> Record | None:
        head = heads.get(key)
        if head is None or head["status"] == "missing":
            return None
        return _record(by_key[key], head, scores.get(key, {}))

    return list(cells.values()), read


def _cell(row: dict[Any, Any]) -> Cell:
    if "regimes_known" in row:  # an older table
        regimes, finder = choice_of(row)
    else:
        regimes, finder = row["regimes"], json.loads(row["finder"])
    return Cell(
        simulator=row["simulator"],
        method=row["method"],
        kind=row["kind"],
        simulator_params=json.loads(row["simulator_params"]),
        method_params=json.loads(row["method_params"]),
        n_samples=row["n_samples"],
        seed=row["seed"],
        regimes=regimes,
        finder=finder,
        axes=json.loads(row["axes"]),
        simulator_version=row.get("simulator_version", 1),  # absent in older tables
        method_version=row.get("method_version", 1),
        method_source=_known(row.get("method_source")) or "",  # an empty text is NaN in a CSV
    )


def _scores(table: pd.DataFrame) -> Mapping[str, dict[str, Value]]:
    """Return the values of each key by the names of their metrics, in one pass over the table."""
    place = ["key", "level", "scope", "metric"]
    known = table.dropna(subset=["metric"]).drop_duplicates(place)
    columns = (known[name].tolist() for name in (*place, "value", "floor", "ceiling"))
    found: dict[str, dict[str, Value]] = defaultdict(dict)
    for key, level, scope, metric, *numbers in zip(*columns, strict=True):
        value, floor, ceiling = map(_known, numbers)
        found[key][f"{level}/{scope}/{metric}"] = Value(value=value, floor=floor, ceiling=ceiling)
    return found


def _record(cell: Cell, head: Mapping[Any, Any], scores: Mapping[str, Value]) -> Record:
    first = {name: _known(value) for name, value in head.items()}
    metrics = dict(scores)
    error, converged = (metrics.pop(name, Value()) for name in (FORECAST_ERROR, CONVERGED))
    properties = {n.removeprefix(_SYSTEM): metrics.pop(n).value for n in _of_system(metrics)}
    if error.ceiling is not None:
        properties.setdefault("noise_share", error.ceiling)  # alone there in older tables
    return Record(
        key=cell.key,
        status=first["status"],
        phase=first["phase"],
        method=cell.method,
        n_samples=cell.n_samples,
        reason=first["reason"],
        cell=cell.describe(),
        labels=Labels(simulator=cell.simulator, axes=dict(cell.axes)),
        cost=Cost(**{name: first.get(name) for name in _COSTS}),
        metrics=metrics,
        properties=properties,
        forecast_error=error.value,
        converged=None if converged.value is None else bool(converged.value),
        made_by=MadeBy(
            code=Code(version=first["lagbench"]),
            host=Host(cpu=first.get("cpu")),
            device=first["device"],
        ),
    )


def _of_system(metrics: Iterable[str]) -> list[str]:
    return [name for name in metrics if name.startswith(_SYSTEM)]


def _known(value: Any) -> Any:
    """Return None for what a table holds as NaN."""
    return None if isinstance(value, float) and value != value else value
