"""The diagram of Demsar, JMLR 7, 2006: average ranks, and groups of methods that do not differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis.ranks import Ranks
from bench.report import labels
from bench.report.page.svg import inline
from bench.report.saving import ALL_FORMATS, save
from bench.report.styles import INK, MUTED, dress, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def ranks_svg(ranks: Ranks, protocol: str) -> str:
    """Return the diagram for the page, or an empty string for fewer than two methods."""
    return inline(draw_ranks(ranks), f"ranks.{protocol}") if len(ranks.average) > 1 else ""


def save_ranks(ranks: Ranks, path: Path) -> None:
    """Write the diagram as PNG, SVG and PDF, or nothing for fewer than two methods."""
    if len(ranks.average) > 1:
        save(draw_ranks(ranks), path, ALL_FORMATS)


def draw_ranks(ranks: Ranks) -> Figure:
    """Return the diagram: a row per method, and a bar for each group of equals."""
    from matplotlib.figure import Figure

    names = list(ranks.average.index)
    figure = Figure(figsize=(4.6, 1.1 + 0.22 * len(names)), layout="constrained")
    ax = figure.subplots()
    ax.plot(ranks.average, range(len(names)), "o", color=INK, ms=5)
    _draw_groups(ax, ranks, names)
    for row, rank in enumerate(ranks.average):
        _note(ax, f"{rank:.2f}", rank, row)
    ax.set_yticks(range(len(names)), [plain(labels.method(name)) for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel("average rank (1 is best)")
    dress(ax, grid="x")
    return figure


def _draw_groups(ax: Axes, ranks: Ranks, names: list[str]) -> None:
    right = float(ranks.average.max()) + 0.35
    for k, group in enumerate(ranks.groups()):
        rows = [names.index(name) for name in group]
        ends = [rows[0] - 0.2, rows[-1] + 0.2]
        ax.plot([right + 0.18 * k] * 2, ends, lw=3, color=MUTED, solid_capstyle="butt")


def _note(ax: Axes, text: str, x: float, y: float) -> None:
    """Write a text to the right of a point."""
    ax.annotate(
        text, (x, y), (6, 0), textcoords="offset points", va="center", fontsize=8, color=INK
    )
