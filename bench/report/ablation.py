"""The comparison of a method's settings as files: `ablation.csv`, `ablation.md` and a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.ablation import compare
from bench.analysis.intervals import show
from bench.analysis.trivial import best_trivial
from bench.config import Cell
from bench.report import labels
from bench.report.charts.data import ends
from bench.report.charts.files import save
from bench.report.charts.rows import intervals_chart
from bench.report.markdown import markdown_table
from bench.store import Scan, Store
from bench.store.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = "auprc"
_LEGEND = """AUPRC: mean over systems with Student's 95 % interval; `CPU s`: mean of the row. The
last row has the best of correlation, sortability and persistence, where they were run.
"""


def write_ablation(
    method: str,
    cells: Sequence[Cell],
    scan: Scan,
    store: Store,
    methods: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write one row per setting of the method, and per other method, to `store.root`.

    A setting is named by what differs from `methods`, the settings of the profile.
    """
    table = compare(method, cells, scan, methods.get(method, {}))
    write_text(store.root / "ablation.csv", table.to_csv(index=False, float_format="%.6g"))
    shown = table[table["metric"] == _SHOWN]
    if not shown.empty:
        write_text(store.root / "ablation.md", _markdown(shown))
        _draw(shown, store.root / "ablation")


def _markdown(table: pd.DataFrame) -> str:
    systems = list(dict.fromkeys(table["system"]))
    rows = []
    for setting, group in table.groupby("setting", sort=False):
        numbers = zip(group["mean"], group["low"], group["high"], strict=True)
        by_system = dict(zip(group["system"], (show(*three) for three in numbers), strict=True))
        scores = [by_system.get(system, "-") for system in systems]
        rows.append([str(setting), *scores, f"{group['cpu_seconds'].mean():.2g}"])
    rows.append(["*best trivial*", *(_trivial(table, system) for system in systems), ""])
    return f"{_LEGEND}\n{markdown_table(['setting', *systems, 'CPU s'], rows)}\n"


def _trivial(table: pd.DataFrame, system: str) -> str:
    """Return how far methods get on a system that know nothing of causes."""
    means = table[table["system"] == system].set_index("setting")["mean"]
    trivial = best_trivial({str(setting): mean for setting, mean in means.items()}, chance=0.0)
    return "-" if trivial is None else f"{trivial.score:.2f} ({trivial.method})"


def _draw(table: pd.DataFrame, path: Path) -> None:
    """Draw one panel per system; a dashed line is at the mean of the first setting."""
    systems = list(dict.fromkeys(table["system"]))
    first = table["setting"].iloc[0]
    rows = [
        {
            "name": labels.method(row["setting"]),
            "panel": row["system"],
            "value": row["mean"],
            **ends(row),
        }
        for row in table.to_dict("records")
    ]
    marks = [
        {"panel": row["system"], "value": row["mean"]}
        for row in table[table["setting"] == first].to_dict("records")
    ]
    save(intervals_chart(rows, labels.metric(_SHOWN), systems, marks), path)
