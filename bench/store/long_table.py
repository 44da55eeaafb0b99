"""Reading what `lagbench export` wrote: cells and records, as far as a report needs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.config.cell import Cell
from bench.store.record import Record

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("long.parquet", "long.csv.gz", "long.csv")
"""What an exported table is called, by which it stands for the records of its folder."""


def find_exported(folder: Path) -> Path | None:
    """Return the exported table in a folder, or None."""
    return next((folder / name for name in NAMES if (folder / name).is_file()), None)


def read_exported(path: Path) -> tuple[list[Cell], Callable[[str], Record | None]]:
    """Return the cells of an exported table, and what returns the record of a key.

    A record holds status, reason, CPU seconds, metrics, and which code and host made it.
    """
    import pandas as pd

    reader = pd.read_parquet if path.suffix == ".parquet" else pd.read_csv
    table = reader(path)
    cells = [
        _cell(row)
        for row in table.drop_duplicates(["key", "simulator", "axes"]).to_dict("records")
    ]
    groups = dict(iter(table.groupby("key")))

    def read(key: str) -> Record | None:
        rows = groups.get(key)
        if rows is None or rows["status"].iloc[0] == "missing":
            return None
        return _record(rows.drop_duplicates(["level", "scope", "metric"]))

    return cells, read


def _cell(row: dict[Any, Any]) -> Cell:
    return Cell(
        simulator=row["simulator"],
        method=row["method"],
        kind=row["kind"],
        simulator_params=json.loads(row["simulator_params"]),
        method_params=json.loads(row["method_params"]),
        n_samples=row["n_samples"],
        seed=row["seed"],
        regimes_known=row["regimes_known"],
        axes=json.loads(row["axes"]),
    )


def _record(rows: pd.DataFrame) -> Record:
    first = rows.iloc[0]
    scores = rows.dropna(subset=["metric"])
    names = ["/".join(name) for name in scores[["level", "scope", "metric"]].to_numpy()]
    values = scores[["value", "floor", "ceiling"]].to_dict("records")
    return {
        "status": first["status"],
        "reason": None if rows["reason"].isna().iloc[0] else first["reason"],
        "cost": {"cpu_seconds": first["cpu_seconds"]},
        "metrics": dict(zip(names, values, strict=True)),
        "made_by": {
            "code": {"version": first["lagbench"]},
            "host": {"cpu": first["host"]},
            "device": first["device"],
        },
    }
