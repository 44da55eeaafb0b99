"""The figure of false discoveries: the realised rate against its target.

The realised rate of a run is the share of selected edges that are not true. A run that selects
nothing counts as 1, because its precision is 0. The usual definition, V / max(R, 1) for V false
edges among R selected ones (Benjamini and Hochberg, JRSS B 57, 1995), counts it as 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.report.curves import draw_curve, draw_rows
from bench.report.saving import save
from bench.report.styles import MUTED, dress, plain, styles_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_REALISED = "realised false-discovery rate"


def write_discoveries(table: pd.DataFrame, folder: Path) -> None:
    """Write the judged rows of the metric `fdr@own` as the figure `fdr`, if there are some.

    The left panel has the systems that were run at several targets, the right one every system at
    the target that it is held to.
    """
    from matplotlib.figure import Figure

    rows = table[(table["metric"] == "fdr@own") & table["mean"].notna()]
    if rows.empty:
        return
    rows = rows.assign(system=rows["system"] + rows["steps"].map(", {:,.0f} steps".format))
    bounded = rows[rows["bound"] != ""]
    several = rows[rows.groupby("system")["target"].transform("nunique") > 1]
    figure = Figure(figsize=(10, 2 + 0.17 * len(bounded)), layout="constrained")
    left, right = figure.subplots(1, 2)
    _against_target(left, several)
    _by_system(right, bounded)
    save(figure, folder / "fdr")


def _against_target(ax: Axes, rows: pd.DataFrame) -> None:
    top = 0.05 + float(rows["target"].max()) if len(rows) else 0.35
    ax.plot([0, top], [0, top], "--", color=MUTED, lw=1.2, label="realised = target")
    styles = styles_of(rows["system"])
    for k, (system, group) in enumerate(rows.groupby("system")):
        group = group.sort_values("target")
        # A small sideways shift keeps the intervals apart.
        draw_curve(ax, group["target"] + 0.003 * k, group, styles[str(system)], str(system))
    ax.set(xlabel="target", ylabel=_REALISED, xlim=(0, top))
    dress(ax)


def _by_system(ax: Axes, rows: pd.DataFrame) -> None:
    rows = rows.iloc[::-1]
    draw_rows(ax, rows, rows["system"].map(plain))
    for target in rows["target"].unique():
        ax.axvline(target, ls="--", color=MUTED, lw=1.2)
    ax.set(xlabel=_REALISED, xlim=(-0.02, None))
    dress(ax, grid="x")
    ax.tick_params(axis="y", labelsize=7)
