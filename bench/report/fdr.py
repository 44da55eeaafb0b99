"""The figure of false discoveries: the realised share against the target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.report.figures import save, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def write_discoveries(table: pd.DataFrame, folder: Path) -> None:
    """Draw the verdicts on `fdr@own`, if there are some, as `fdr`.

    On the left the systems that were run at several targets, on the right every system at the
    target of the claim.
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
    ax.plot([0, top], [0, top], "--", color="grey", lw=1.2, label="realised = target")
    for k, (system, group) in enumerate(rows.groupby("system")):
        group = group.sort_values("target")
        errors = [group["mean"] - group["low"], group["high"] - group["mean"]]
        # A small sideways shift keeps the intervals apart.
        ax.errorbar(
            group["target"] + 0.003 * k,
            group["mean"],
            yerr=errors,
            label=system,
            elinewidth=0.8,
            **style(k),
        )
    ax.set(xlabel="target", ylabel="realised false-discovery rate", xlim=(0, top))


def _by_system(ax: Axes, rows: pd.DataFrame) -> None:
    rows = rows.iloc[::-1]
    errors = [rows["mean"] - rows["low"], rows["high"] - rows["mean"]]
    ax.errorbar(
        rows["mean"],
        rows["system"],
        xerr=errors,
        fmt="o",
        color="black",
        ms=4,
        capsize=2,
        elinewidth=0.8,
    )
    for target in rows["target"].unique():
        ax.axvline(target, ls="--", color="grey", lw=1.2)
    ax.tick_params(axis="y", labelsize=7)
    ax.set(xlabel="realised false-discovery rate", xlim=(-0.02, None))
