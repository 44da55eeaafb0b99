"""The diagram of average ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.analysis.ranks import Ranks
from bench.report.page.svg import inline
from bench.report.styles import INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw_ranks(ranks: Ranks) -> Figure:
    """Return the diagram: a row per method, and a bar beside each group that does not differ."""
    from matplotlib.figure import Figure

    names = list(ranks.average.index)
    figure = Figure(figsize=(4.6, 1.1 + 0.22 * len(names)), layout="constrained")
    ax = figure.subplots()
    ax.plot(ranks.average, range(len(names)), "o", color=INK, ms=5)
    right = float(ranks.average.max())
    for k, group in enumerate(ranks.groups()):
        rows = [names.index(name) for name in group]
        ax.plot(
            [right + 0.35 + 0.18 * k] * 2,
            [rows[0] - 0.2, rows[-1] + 0.2],
            lw=3,
            color=MUTED,
            solid_capstyle="butt",
        )
    _dress(ax, ranks, names)
    return figure


def _dress(ax: Axes, ranks: Ranks, names: list[str]) -> None:
    for row, rank in enumerate(ranks.average):
        ax.annotate(
            f"{rank:.2f}",
            (rank, row),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=INK,
        )
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlabel("average rank (1 is best)", fontsize=9, color=INK)
    ax.tick_params(colors=INK, labelsize=9)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.grid(axis="x", color=MUTED, alpha=0.25, lw=0.6)
    ax.patch.set_alpha(0)


def rank_svg(ranks: Ranks, protocol: str) -> str:
    """Return the diagram for the page, or nothing where fewer than two methods have ranks."""
    return inline(draw_ranks(ranks), f"ranks.{protocol}") if len(ranks.average) > 1 else ""
