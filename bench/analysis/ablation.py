"""The settings of a method, compared on the same systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import estimate
from bench.analysis.rows import collect
from bench.config import Cell
from bench.config.cell import axes_text
from bench.scoring.metrics import bounds
from bench.store import Scan

if TYPE_CHECKING:
    import pandas as pd

_METRICS = ("auprc", "f1@top3", "f1@own", "precision@own")


def compare(
    method: str, cells: Sequence[Cell], scan: Scan, settings: Mapping[str, Any]
) -> pd.DataFrame:
    """Return one row per setting, condition and metric: mean, 95 % interval and CPU seconds."""
    import pandas as pd

    by_setting: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_setting[_setting(cell, method, settings)].append(cell)
    out = []
    for setting, group in by_setting.items():
        rows = collect(group, scan)
        rows = rows[rows["metric"].isin(_METRICS) & (rows["scope"] == "union")]
        rows = rows.assign(system=(rows["simulator"] + " " + rows["axes"]).str.strip())
        for keys, part in rows.groupby(["system", "n_samples", "metric"], sort=False):
            found = estimate(part["value"], bounds(str(keys[2])))
            out.append(
                {"setting": setting, "system": f"{keys[0]}, {keys[1]:,} steps", "metric": keys[2]}
                | found.numbers
                | {"cpu_seconds": part["cpu_seconds"].astype(float).mean()}
            )
    columns = ["setting", "system", "metric", "mean", "low", "high", "n", "cpu_seconds"]
    return pd.DataFrame(out, columns=columns)


def _setting(cell: Cell, method: str, settings: Mapping[str, Any]) -> str:
    if cell.method != method:
        return cell.method
    usual = {**replace(cell, method_params={}).all_method_params(), **settings}
    own = {k: v for k, v in cell.method_params.items() if v != usual.get(k)}
    return f"{method} {axes_text(own)}" if own else method
