"""The figure of false discoveries: the realised rate against its target.

The realised rate of a run is the share of selected edges that are not true. A run that selects
nothing counts as 1, because its precision is 0. The usual definition, V / max(R, 1) for V false
edges among R selected ones (Benjamini and Hochberg, JRSS B 57, 1995), counts it as 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.report.charts.data import ends
from bench.report.charts.files import save
from bench.report.charts.rows import curves_chart, intervals_chart

if TYPE_CHECKING:
    import pandas as pd

_REALISED = "realised false-discovery rate"


def write_discoveries(table: pd.DataFrame, folder: Path) -> None:
    """Write the judged rows of the metric `fdr@own` as the figure `fdr`, if there are some.

    The left chart has the systems that were run at several targets, the right one every system at
    the target that it is held to.
    """
    rows = table[(table["metric"] == "fdr@own") & table["mean"].notna()]
    if rows.empty:
        return
    rows = rows.assign(system=rows["system"] + rows["steps"].map(", {:,.0f} steps".format))
    bounded = rows[rows["bound"] != ""]
    several = rows[rows.groupby("system")["target"].transform("nunique") > 1]
    marks = [{"value": target} for target in sorted(set(bounded["target"].dropna()))]
    left = curves_chart(_points(several), "target", _REALISED)
    right = intervals_chart(_points(bounded), _REALISED, marks=marks)
    config = right.pop("config")
    left.pop("config")
    save({"hconcat": [left, right], "config": config}, folder / "fdr")


def _points(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"name": row["system"], "x": row["target"], "value": row["mean"], **ends(row)}
        for row in rows.to_dict("records")
    ]
