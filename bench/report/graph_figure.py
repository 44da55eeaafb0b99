"""The figure of one lagged graph, and of the graphs of several regimes beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.report.fonts import any_script
from bench.report.graph_panels import heat_map, shown_links, time_series_graph
from bench.report.saving import ALL_FORMATS, save_as
from methods import LaggedGraph
from methods.types.arrays import IntArray
from methods.types.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# With more nodes or arrows than this they overlap; the heat map is readable at any size.
_MOST_VARS, _MOST_LAGS, _MOST_EDGES = 12, 10, 60
_IN_A_ROW = 3  # panels


def draw(graph: LaggedGraph, path: str | Path, *, label: str = "score") -> Figure:
    """Draw a graph to a PNG, SVG or PDF file and return the figure; see `figure_of`.

    `label` says what its scores are.

    Raises
    ------
    ValueError
        If the path ends in anything else.
    """
    path = Path(path)
    if path.suffix not in ALL_FORMATS:
        raise InputError(f"path: expected a .png, .svg or .pdf path, found {path}")
    figure = figure_of(graph, label=label)
    with any_script():
        save_as(figure, path)
    return figure


def figure_of(graph: LaggedGraph, *, label: str = "score") -> Figure:
    """Return the figure of a graph.

    The heat map has one cell per cause and effect. Its colour is the strongest score over lags,
    and the lags of the shown edges are written in it. Shown are the edges that the method has
    selected, or the three strongest per effect if it makes no decision. Links with another mark
    than an edge are shown with that mark. A small graph is drawn as arrows over time too.

    Where the graph has regimes, there is a panel for the graph of each, beside that of all steps:
    arrows if all are small, else heat maps. If the method found the regimes, a strip below says
    which step belongs to which.
    """
    with any_script():
        return _of_regimes(graph) if graph.per_regime else _of_one(graph, label)


def _of_one(graph: LaggedGraph, label: str) -> Figure:
    from matplotlib.figure import Figure

    shown, small, top = shown_links(graph), _is_small(graph), float(np.nanmax(graph.scores))
    side = min(max(4.5, 0.32 * graph.n_vars + 2.0), 24.0)
    figure = Figure(figsize=(side * (2.1 if small else 1.15), side), layout="constrained")
    axes = figure.subplots(1, 2 if small else 1, squeeze=False)[0]
    if small:
        time_series_graph(axes[0], graph, shown, top)
    image = heat_map(axes[-1], graph, shown, top)
    figure.colorbar(image, ax=axes[-1], shrink=0.7, label=label)
    return figure


def _is_small(graph: LaggedGraph) -> bool:
    edges = int(shown_links(graph).sum())
    return graph.n_vars <= _MOST_VARS and graph.max_lag <= _MOST_LAGS and edges <= _MOST_EDGES


def _of_regimes(graph: LaggedGraph) -> Figure:
    from matplotlib.figure import Figure

    parts = {"all steps": graph} | {f"regime {k}": part for k, part in graph.per_regime.items()}
    rows = -(-len(parts) // _IN_A_ROW)
    columns = min(len(parts), _IN_A_ROW)
    side = min(max(3.2, 0.3 * graph.n_vars + 1.5), 12.0)
    strip = 0.0 if graph.regimes is None else 0.9
    figure = Figure(figsize=(side * columns * 1.15, side * rows + strip), layout="constrained")
    heights = [side] * rows + ([strip] if strip else [])
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    panel = time_series_graph if all(map(_is_small, parts.values())) else heat_map
    top = max(float(np.nanmax(part.scores)) for part in parts.values())
    for place, (title, part) in enumerate(parts.items()):
        ax = figure.add_subplot(grid[divmod(place, _IN_A_ROW)])
        panel(ax, part, shown_links(part), top)
        ax.set_title(title, fontsize=9)
    if graph.regimes is not None:
        _strip(figure.add_subplot(grid[-1, :]), graph.regimes)
    return figure


def _strip(ax: Axes, regimes: tuple[IntArray, ...]) -> None:
    """Colour every step by its regime, with a line between segments."""
    from matplotlib import colormaps
    from matplotlib.patches import Patch

    kinds, labels = np.unique(np.concatenate(regimes), return_inverse=True)
    colours = colormaps["tab10"](np.arange(len(kinds)) % 10)
    ax.imshow(colours[labels][None], aspect="auto", extent=(0, len(labels), 0, 1))
    for border in np.cumsum([len(part) for part in regimes])[:-1].tolist():
        ax.axvline(border, color="black", linewidth=0.8)
    ax.set_yticks([])
    ax.set_xlabel("step", fontsize=8)
    keys = [Patch(color=c, label=f"regime {k}") for c, k in zip(colours, kinds, strict=True)]
    ax.legend(
        handles=keys, loc="lower right", bbox_to_anchor=(1, 1), ncols=5, fontsize=7, frameon=False
    )
