"""`lagbench export FOLDER --out FILE`: one long table, a row per cell and metric."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.store import commands as plans
from bench.store import provenance
from bench.store.atomic import replacing
from bench.store.folder import store_in
from bench.store.record import Record, load
from bench.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

_WRITERS = {".csv": "to_csv", ".parquet": "to_parquet"}


def export(args: argparse.Namespace) -> int:
    """Write the long table of a store and return 0.

    Raises
    ------
    ValueError
        If the folder holds no store or no cells, or the file is neither CSV nor Parquet.
    """
    out = Path(args.out)
    if out.suffix not in _WRITERS or not out.absolute().parent.is_dir():
        raise ValueError(
            f"--out: expected a .csv or .parquet file in an existing folder, found {args.out}"
        )
    table = long_table(store_in(args.folder))
    if table.empty:
        raise ValueError(
            f"folder: expected planned or recorded cells, found none in {args.folder}"
        )
    with replacing(out) as draft:
        getattr(table, _WRITERS[out.suffix])(draft, index=False)
    print(f"wrote {out}: {table['key'].nunique()} cells, {len(table)} rows")
    return 0


def long_table(store: Store) -> pd.DataFrame:
    """Return one row per planned or recorded cell, label and metric.

    A cell without metrics is one row: it is missing, was declined or has failed. Columns: `key`,
    `simulator`, `axes`, `kind`, `simulator_params`, `n_samples`, `seed`, `regimes_known`,
    `method`, `method_params`, `status`, `phase`, `reason`, `level`, `scope`, `metric`, `value`,
    `floor`, `ceiling`, `wall_seconds`, `cpu_seconds`, `peak_memory_mib`, `lagbench`, `host`,
    `device`. Parameters and axes are JSON.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {}
    for row in _rows(store):
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return pd.DataFrame(columns)


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    entries = store.scan().entries
    planned = plans.load(store)
    for cell in planned:
        entry = entries.get(cell.key)
        record = None if entry is None else load(entry.path)
        labels = {"simulator": cell.simulator, "axes": dict(cell.axes)}
        yield from _cell_rows(cell.key, labels, cell.describe(), record)
    for key in sorted(entries.keys() - {cell.key for cell in planned}):
        record = load(entries[key].path)
        yield from _cell_rows(key, record["labels"], record["cell"], record)


def _cell_rows(
    key: str, labels: dict[str, Any], cell: dict[str, Any], record: Record | None
) -> Iterator[dict[str, Any]]:
    record = record or {"status": "missing", "metrics": {}, "cost": {}, "made_by": {}}
    cost, made_by = record["cost"], record["made_by"]
    fixed = {
        "key": key,
        "simulator": labels["simulator"],
        "axes": json.dumps(labels["axes"]),
        "kind": cell["simulator"]["kind"],
        "simulator_params": json.dumps(cell["simulator"]["params"]),
        "n_samples": cell["n_samples"],
        "seed": cell["seed"],
        "regimes_known": cell["protocol"]["regimes_known"],
        "method": cell["method"]["name"],
        "method_params": json.dumps(cell["method"]["params"]),
        "status": record["status"],
        "phase": record.get("phase"),
        "reason": record.get("reason"),
    }
    costs = {name: cost.get(name) for name in ("wall_seconds", "cpu_seconds", "peak_memory_mib")}
    origin = {
        "lagbench": provenance.describe(made_by["code"]) if made_by else None,
        "host": made_by.get("host", {}).get("name"),
        "device": made_by.get("device"),
    }
    for name, entry in (record["metrics"] or {"//": {}}).items():
        level, scope, metric = (part or None for part in name.split("/"))
        scores = {part: entry.get(part) for part in ("value", "floor", "ceiling")}
        yield {
            **fixed,
            "level": level,
            "scope": scope,
            "metric": metric,
            **scores,
            **costs,
            **origin,
        }
