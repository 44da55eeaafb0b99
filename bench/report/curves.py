"""Scores in a panel: curves of means with their intervals, published curves, and bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.report.axis import Positions
from bench.report.styles import INK, MUTED, Style, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_BOUNDS = {"floor": ("chance level", ":"), "ceiling": ("oracle", "-.")}


def draw_curve(ax: Axes, at: pd.Series, rows: pd.DataFrame, style: Style, label: str) -> None:
    """Draw `mean` over the places `at`, with the interval `low` to `high` of each row.

    The page hides and shows everything drawn here by its group `method:` and the label.
    """
    made = ax.errorbar(
        at,
        rows["mean"],
        yerr=_errors(rows),
        label=plain(label),
        color=style.colour,
        marker=style.marker,
        ms=4.5,
        lw=style.width,
        elinewidth=0.8,
        capsize=1.5,
    )
    line, caps, bars = made.lines
    _group(label, line, *caps, *bars)


def draw_published(ax: Axes, at: pd.Series, values: pd.Series, style: Style, method: str) -> None:
    """Draw a published curve, dashed and with hollow markers, paler than ours."""
    (line,) = ax.plot(
        at,
        values,
        ls=(0, (3, 2)),
        color=style.colour,
        marker=style.marker,
        mfc="none",
        ms=4.5,
        mew=0.8,
        lw=0.9,
        alpha=0.65,
        zorder=1,
        label=f"{plain(method)} (published)",
    )
    _group(method, line)


def draw_bounds(ax: Axes, rows: pd.DataFrame, at: Positions) -> None:
    """Draw the chance level `floor` and the oracle `ceiling`, means over the rows of each `x`."""
    for bound, (name, dashes) in _BOUNDS.items():
        levels = rows.groupby(rows["x"].map(at))[bound].mean().dropna()
        if levels.empty:
            continue
        places, values = levels.index.to_numpy(dtype=float), levels.to_numpy(dtype=float)
        # At a single place a line would have no length.
        ends = [places[0] - 0.3, *places, places[-1] + 0.3]
        heights = [values[0], *values, values[-1]]
        ax.plot(ends, heights, dashes, color=MUTED, lw=1.3, label=name, zorder=0)


def draw_rows(ax: Axes, rows: pd.DataFrame, at: pd.Series) -> None:
    """Draw one point per row at the heights `at`, with its interval from left to right."""
    ax.errorbar(
        rows["mean"],
        at,
        xerr=_errors(rows),
        fmt="o",
        color=INK,
        ms=4,
        capsize=2,
        elinewidth=0.8,
    )


def _errors(rows: pd.DataFrame) -> list[pd.Series]:
    """Return how far the interval reaches below and above the mean; 0 where there is no end."""
    apart = [rows["mean"] - rows["low"], rows["high"] - rows["mean"]]
    return [distance.replace(math.inf, 0).fillna(0).clip(lower=0) for distance in apart]


def _group(method: str, *artists: Artist) -> None:
    for artist in artists:
        artist.set_gid(f"method:{method}")
