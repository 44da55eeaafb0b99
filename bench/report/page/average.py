"""The figure of averages: the published mean of each method, and ours under both protocols."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.config.protocol import shipped
from bench.report import labels
from bench.report.page.svg import inline
from bench.report.saving import ALL_FORMATS, save
from bench.report.styles import INK, MUTED, dress, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_MARKS = {
    "published": ("published", "D", "none"),
    "shared_paper": ("ours, paper protocol", "o", MUTED),
    "shared_fair": ("ours, fair protocol", "s", INK),
}


def save_average(means: pd.DataFrame, path: Path) -> None:
    """Write the figure as PNG, SVG and PDF, or nothing if nothing was run."""
    if _drawn(means).empty:
        return
    figure = draw_average(means)
    save(figure, path, ALL_FORMATS)


def average_svg(means: pd.DataFrame) -> str:
    """Return the figure for the page, or an empty string if nothing was run."""
    if _drawn(means).empty:
        return ""
    figure = draw_average(means)
    figure.legend(loc="outside upper left", ncols=3, fontsize=8, frameon=False, labelcolor=INK)
    return inline(figure, "average")


def draw_average(means: pd.DataFrame) -> Figure:
    """Return the figure, a row per method; see `bench.analysis.comparison.make_average`."""
    from matplotlib.figure import Figure

    rows = _drawn(means)
    figure = Figure(figsize=(5.6, 1.0 + 0.24 * len(rows)), layout="constrained")
    ax = figure.subplots()
    for column, (label, marker, fill) in _MARKS.items():
        ax.plot(rows[column], range(len(rows)), marker, mfc=fill, mec=INK, ms=6, label=label)
    ax.set_yticks(range(len(rows)), [plain(labels.method(name)) for name in rows["method"]])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel("mean F1")
    dress(ax)
    return figure


def _drawn(means: pd.DataFrame) -> pd.DataFrame:
    """Return the methods with a shared or a published mean; none if no shared one is there."""
    ours = [f"shared_{protocol}" for protocol in shipped()]
    if means[ours].isna().all(axis=None):
        return means[:0]
    return means.dropna(subset=[*ours, "published"], how="all")
