"""The panels of a lagged graph: a heat map over pairs, and arrows over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.report.styles import ACCENT, MUTED, plain
from methods import LaggedGraph
from methods.types.arrays import BoolArray
from methods.types.shown import links

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage


def shown_links(graph: LaggedGraph) -> BoolArray:
    """Return where links are drawn: the edges and other marked links, or the strongest scores.

    Without a decision these are the three strongest per effect.
    """
    return strongest_per_effect(graph, 3) if graph.adjacency is None else links(graph)


def strongest_per_effect(graph: LaggedGraph, count: int) -> BoolArray:
    """Return a bool mask `[cause, effect, lag]` of the `count` largest scores per effect."""
    scores = np.where(np.isnan(graph.scores), -np.inf, graph.scores)
    mask = np.zeros(scores.shape, dtype=bool)
    for effect in range(graph.n_vars):
        flat = scores[:, effect, :].ravel()
        best = np.argsort(-flat, kind="stable")[:count]
        rows, lags = np.unravel_index(best[np.isfinite(flat[best])], scores[:, effect, :].shape)
        mask[rows, effect, lags] = True
    return mask


def heat_map(ax: Axes, graph: LaggedGraph, shown: BoolArray, top: float) -> AxesImage:
    """Draw a cell per cause and effect, with the lags of the shown links; `top` is the darkest."""
    n = graph.n_vars
    strength = graph.summary().scores
    lowest = min(0.0, float(np.nanmin(strength)))
    image = ax.imshow(strength, cmap="Blues", vmin=lowest, vmax=top, aspect="equal")
    # With a long axis the labels get smaller rather than fewer: every name must be findable.
    size = float(np.clip(240 / n, 5, 10))
    names = [plain(name) for name in graph.names]
    ax.set_xticks(range(n), names, rotation=90, fontsize=size)
    ax.set_yticks(range(n), names, fontsize=size)
    ax.set_xlabel("effect")
    ax.set_ylabel("cause")
    ax.set_title("strongest score over lags; numbers are the lags of shown edges", fontsize=9)
    dark = 0.6 * top
    for i, j in np.argwhere(shown.any(axis=2)).tolist():
        lags = [_lag_and_mark(graph, i, j, lag) for lag in np.flatnonzero(shown[i, j]).tolist()]
        text = ",".join(lags if len(lags) <= 3 else [*lags[:2], f"+{len(lags) - 2}"])
        colour = "white" if strength[i, j] > dark else "black"
        ax.text(j, i, text, ha="center", va="center", color=colour, fontsize=size * 0.8)
    return image


def _lag_and_mark(graph: LaggedGraph, i: int, j: int, lag: int) -> str:
    """Return the lag, with its mark behind it if it is no edge."""
    mark = _mark(graph, i, j, lag)
    return str(lag) if mark == "-->" else f"{lag} {mark}"


def _mark(graph: LaggedGraph, i: int, j: int, lag: int) -> str:
    return "-->" if graph.marks is None else str(graph.marks[i, j, lag])


def time_series_graph(ax: Axes, graph: LaggedGraph, shown: BoolArray, top: float) -> None:
    """Draw a row of nodes per variable, a column per time step, and arrows into time t.

    An arrow of the score `top` is the widest.
    """
    n, max_lag = graph.n_vars, graph.max_lag
    times = np.arange(-max_lag, 1)
    for height, name in zip(range(n - 1, -1, -1), graph.names, strict=True):
        ax.scatter(times, np.full(len(times), height), s=60, color=MUTED, alpha=0.5, zorder=2)
        ax.text(-max_lag - 0.3, height, plain(name), ha="right", va="center")
    low = min(float(np.nanmin(graph.scores)), 0.0)
    for i, j, lag in np.argwhere(shown).tolist():
        # A link that has a mark and no score is as thin as the weakest.
        strength = np.nan_to_num((graph.scores[i, j, lag] - low) / ((top - low) or 1.0))
        # Arcs keep an arrow along its own row off the nodes that it passes.
        bend = 0.25 if i == j else 0.08
        _arrow(ax, (-lag, n - 1 - i), (0, n - 1 - j), strength, bend, _mark(graph, i, j, lag))
    ax.set_xticks(times, [f"t-{lag}" if lag else "t" for lag in range(max_lag, -1, -1)])
    ax.set_xlim(-max_lag - 1.2, 0.6)
    ax.set_ylim(-0.7, n - 0.3)
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    title = "arrows into time t, wider = stronger"
    if any(_mark(graph, *at) != "-->" for at in np.argwhere(shown).tolist()):
        title += "\ncircle: not known; two heads: hidden cause; cross: contradiction"
    ax.set_title(title, fontsize=9)


def _arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    strength: float,
    bend: float,
    mark: str,
) -> None:
    """Draw a link; `strength` from 0 to 1 is its width, `bend` the height of its arc."""
    arrow = {
        "arrowstyle": ("<|" if mark[0] == "<" else "") + "-" + ("|>" if mark[-1] == ">" else ""),
        "lw": 0.6 + 2.4 * strength,
        "color": ACCENT,
        "alpha": 0.8,
        "shrinkA": 4,
        "shrinkB": 5,
        "connectionstyle": f"arc3,rad={-bend}",
    }
    ax.annotate("", end, start, arrowprops=arrow, zorder=3)
    for sign, near, far in ((mark[0], start, end), (mark[-1], end, start)):
        if sign in "ox":
            way = 0.15 / math.dist(near, far)  # so close to the node that the arc does not matter
            at = [a + way * (b - a) for a, b in zip(near, far, strict=True)]
            ax.plot(*at, sign, color=ACCENT, markerfacecolor="white", markersize=5, zorder=4)
