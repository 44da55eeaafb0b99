"""The figures of an experiment: a panel for each metric and condition, a curve for each method.

The page shows every panel alone, because there panels wrap to the width of the screen and the
legend is HTML. A file holds all panels and one legend.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis import ExperimentResults
from bench.analysis.experiment import COST
from bench.analysis.published import beside
from bench.report import labels
from bench.report.axis import Positions, draw_ticks, positions, shifted, value_of
from bench.report.curves import draw_bounds, draw_curve, draw_published
from bench.report.saving import save
from bench.report.styles import INK, MUTED, Style, dress, plain
from bench.scoring.metrics import bounds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TITLE = 36  # characters of a title that fit on a line


@dataclass(frozen=True)
class Panels:
    """The panels of one experiment.

    Parameters
    ----------
    experiment, summary
        The experiment, and `bench.analysis.experiment.summarise` of it.
    published
        Published points, see `bench.analysis.published.curves`.
    styles
        How each method is drawn.
    """

    experiment: ExperimentResults
    summary: pd.DataFrame
    published: pd.DataFrame
    styles: Mapping[str, Style]

    @property
    def names(self) -> list[str]:
        """Names of the conditions that have a panel each."""
        return list(dict.fromkeys(self.summary["panel"]))

    def alone(self, metric: str) -> Iterator[tuple[str, Figure]]:
        """Yield the name and the figure of every panel of a metric."""
        from matplotlib.figure import Figure

        for name in self.names:
            figure = Figure(figsize=(2.8, self._height(metric)), layout="constrained")
            self._draw(figure.subplots(), metric, name)
            yield name, figure

    def write(self, path: Path, suffixes: Sequence[str]) -> None:
        """Write all panels as one figure, with a row for each metric; `path` has no suffix."""
        from matplotlib.figure import Figure

        metrics, names = self.experiment.metrics, self.names
        heights = [self._height(metric) for metric in metrics]
        size = (3.0 * len(names) + 2.0, 1.1 * sum(heights))
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(len(metrics), len(names), squeeze=False, height_ratios=heights)
        for line, metric in zip(axes, metrics, strict=True):
            for ax, name in zip(line, names, strict=True):
                self._draw(ax, metric, name)
        save(figure, path, suffixes)

    def _height(self, metric: str) -> float:
        # Twice the curves need more room.
        return 2.3 if self._published(metric).empty else 3.0

    def _published(self, metric: str) -> pd.DataFrame:
        named = self.published["metric"].fillna(self.experiment.view.metrics[0])
        return self.published[named == metric]

    def _draw(self, ax: Axes, metric: str, name: str) -> None:
        rows = self.summary[(self.summary["metric"] == metric) & (self.summary["panel"] == name)]
        points = beside(self._published(metric), self.experiment, rows.iloc[0].to_dict())
        rows, points = (part.assign(x=part["x"].map(value_of)) for part in (rows, points))
        at, drawn = positions([*rows["x"], *points["x"]]), rows.dropna(subset=["mean"])
        self._draw_methods(ax, drawn, points, at)
        if metric != COST:
            draw_bounds(ax, drawn, at)
        if drawn.empty:
            why = "not run" if set(rows["state"]) == {"not run"} else "no score"
            ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", color=MUTED)
        draw_ticks(ax, at)
        _name(ax, self.experiment.x, metric, name)

    def _draw_methods(
        self, ax: Axes, drawn: pd.DataFrame, points: pd.DataFrame, at: Positions
    ) -> None:
        """Draw our curve and the published one of each method, both with the same small shift."""
        known = {*drawn["method"], *points["method"]}
        present = [method for method in self.styles if method in known]
        for k, method in enumerate(present):
            places, style = shifted(at, k, len(present)), self.styles[method]
            ours = _along(drawn[drawn["method"] == method], places)
            theirs = _along(points[points["method"] == method], places)
            if not ours.empty:
                draw_curve(ax, ours["at"], ours, style, method)
            if not theirs.empty:
                draw_published(ax, theirs["at"], theirs["value"], style, method)


def _along(rows: pd.DataFrame, places: Positions) -> pd.DataFrame:
    """Return the rows with their place on the axis as `at`, from left to right."""
    return rows.assign(at=rows["x"].map(places)).sort_values("at")


def _name(ax: Axes, x: str, metric: str, name: str) -> None:
    if metric == COST:
        ax.set_yscale("log")
    elif bounds(metric) == (0.0, 1.0):
        ax.set_ylim(-0.04, 1.06)
    title = textwrap.fill(labels.panel(name).replace(" steps", "\N{NO-BREAK SPACE}steps"), _TITLE)
    ax.set_title(plain(title), fontsize=9, color=INK)
    ax.set_xlabel("" if x == "simulator" else labels.parameter(x))
    ax.set_ylabel(labels.metric(metric))
    dress(ax, grid="y", size=8)
