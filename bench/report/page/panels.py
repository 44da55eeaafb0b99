"""The panels of an experiment: one metric of all methods against the axis.

Every panel is drawn twice: alone, for the page, where panels wrap to the width of the screen and
the legend is HTML; and with all others of its experiment in one figure, for the files.
"""

from __future__ import annotations

import itertools
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import COST, ExperimentResults
from bench.analysis.published import beside
from bench.report.figures import save
from bench.report.page.svg import inline
from bench.report.styles import INK, MUTED, Style
from bench.scoring.metrics import bounds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HEADINGS = {
    "f1 paper": "F1, paper protocol",
    "f1 fair": "F1, fair protocol",
    "auprc": "AUPRC",
    "f1@k": "F1 at k edges",
    "precision@k": "precision at k edges",
    "recall@k": "recall at k edges",
    COST: "CPU seconds",
}
_WIDE = 20  # factor between the ends of an axis from which on it is logarithmic
_TITLE = 36  # characters of a title that fit on a line
_SUFFIXES = (".png", ".svg", ".pdf")
_BOUNDS = {"floor": ":", "ceiling": "-."}


def heading(metric: str) -> str:
    """Return what a metric is called above a column or a panel."""
    return HEADINGS.get(metric, metric)


@dataclass(frozen=True)
class Drawing:
    """The figures of one experiment.

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

    def panels(self) -> dict[str, list[str]]:
        """Return the SVG of every panel of each metric."""
        from matplotlib.figure import Figure

        found: dict[str, list[str]] = {}
        for metric in self.experiment.metrics:
            for name in dict.fromkeys(self.summary["panel"]):
                figure = Figure(figsize=(2.8, self._height(metric)), layout="constrained")
                self._panel(figure.subplots(), metric, name)
                title = f"{self.experiment.name}.{metric}.{name}"
                found.setdefault(metric, []).append(inline(figure, title))
        return found

    def write_files(self, folder: Path) -> None:
        """Write all panels as one PNG, SVG and PDF, a row per metric."""
        from matplotlib.figure import Figure

        metrics, names = self.experiment.metrics, list(dict.fromkeys(self.summary["panel"]))
        heights = [self._height(metric) for metric in metrics]
        size = (3.0 * len(names) + 2.0, 1.1 * sum(heights))
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(len(metrics), len(names), squeeze=False, height_ratios=heights)
        for line, metric in zip(axes, metrics, strict=True):
            for ax, name in zip(line, names, strict=True):
                self._panel(ax, metric, name)
        folder.mkdir(parents=True, exist_ok=True)
        save(figure, folder / self.experiment.name, _SUFFIXES)

    def _published(self, metric: str) -> pd.DataFrame:
        named = self.published["metric"].fillna(self.experiment.view.metrics[0])
        return self.published[named == metric]

    def _height(self, metric: str) -> float:
        # Twice the curves need more room.
        return 2.3 if self._published(metric).empty else 3.0

    def _panel(self, ax: Axes, metric: str, name: str) -> None:
        rows = self.summary[(self.summary["metric"] == metric) & (self.summary["panel"] == name)]
        points = beside(self._published(metric), self.experiment, rows.iloc[0].to_dict())
        at = positions([*rows["x"], *points["x"]])
        drawn = rows.dropna(subset=["mean"])
        known = {*drawn["method"], *points["method"]}
        present = [method for method in self.styles if method in known]
        # A small sideways shift, the same for ours and the published, keeps methods apart.
        reach = min(0.4, 0.75 * _gap(at))
        for k, method in enumerate(present):
            moved = {
                x: v + reach * (k - (len(present) - 1) / 2) / max(len(present), 8)
                for x, v in at.items()
            }
            style = self.styles[method]
            _curve(ax, drawn[drawn["method"] == method], moved, style, method)
            _dashed(ax, points[points["method"] == method], moved, style, method)
        if metric != COST:
            _bounds(ax, drawn, at)
        if drawn.empty:
            said = "not run" if set(rows["state"]) == {"not run"} else "no score"
            ax.text(0.5, 0.5, said, transform=ax.transAxes, ha="center", color=MUTED)
        _dress(ax, self.experiment.x, metric, name, at)


def positions(values: Sequence[Any]) -> dict[Any, float]:
    """Return where each value of the axis stands, from 0 to one less than their number.

    Numbers stand in proportion, or by their logarithms where they are positive and span a factor
    of 20 or more; names are evenly spaced.
    """
    found = list(dict.fromkeys(values))
    if len(found) < 2 or not all(isinstance(value, int | float) for value in found):
        return {value: float(k) for k, value in enumerate(found)}
    found = sorted(found)
    wide = found[0] > 0 and found[-1] >= _WIDE * found[0]
    places = [math.log(value) if wide else float(value) for value in found]
    unit = (places[-1] - places[0]) / (len(found) - 1)
    return {v: (place - places[0]) / unit for v, place in zip(found, places, strict=True)}


def _gap(at: Mapping[Any, float]) -> float:
    """Return the smallest distance of two neighbours on the axis."""
    places = sorted(at.values())
    return min((b - a for a, b in itertools.pairwise(places)), default=1.0)


def _curve(
    ax: Axes, rows: pd.DataFrame, at: Mapping[Any, float], style: Style, method: str
) -> None:
    if rows.empty:
        return
    rows = rows.assign(at=rows["x"].map(at)).sort_values("at")
    mean = rows["mean"]
    errors = [(mean - rows["low"].fillna(mean)), (rows["high"].fillna(mean) - mean)]
    made = ax.errorbar(
        rows["at"],
        mean,
        yerr=[error.clip(0) for error in errors],
        label=method,
        color=style.colour,
        marker=style.marker,
        ms=4.5,
        lw=style.width,
        elinewidth=0.8,
        capsize=1.5,
    )
    line, caps, bars = made.lines
    for artist in (line, *caps, *bars):
        artist.set_gid(f"method:{method}")


def _dashed(
    ax: Axes, points: pd.DataFrame, at: Mapping[Any, float], style: Style, method: str
) -> None:
    """Draw a published curve, dashed and with hollow markers, paler than ours."""
    if points.empty:
        return
    places = sorted(zip(points["x"].map(at), points["value"], strict=True))
    xs, values = zip(*places, strict=True)
    (line,) = ax.plot(
        xs,
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
        label=f"{method} (published)",
    )
    line.set_gid(f"method:{method}")


def _bounds(ax: Axes, rows: pd.DataFrame, at: Mapping[Any, float]) -> None:
    for bound, dashes in _BOUNDS.items():
        level = rows.groupby("x")[bound].mean().dropna()
        if len(level) == 0:
            continue
        places = sorted((at[x], value) for x, value in level.items())
        # At a single place a line would have no length.
        ends = [places[0][0] - 0.3, *(p for p, _ in places), places[-1][0] + 0.3]
        values = [places[0][1], *(v for _, v in places), places[-1][1]]
        ax.plot(ends, values, dashes, color=MUTED, lw=1.3, label=bound, zorder=0)


def _dress(ax: Axes, x: str, metric: str, name: str, at: Mapping[Any, float]) -> None:
    texts = [_short(value) for value in at]
    long = sum(map(len, texts)) > 28 * min(1.0, _gap(at) * len(at) / 2)
    ax.set_xticks(
        list(at.values()),
        texts,
        rotation=30 if long else 0,
        ha="right" if long else "center",
        fontsize=8,
    )
    ax.set_xlim(-0.5, len(at) - 0.5)
    if metric == COST:
        ax.set_yscale("log")
    elif bounds(metric) == (0.0, 1.0):
        ax.set_ylim(-0.04, 1.06)
    title = textwrap.fill(name.replace(" steps", "\N{NO-BREAK SPACE}steps"), _TITLE)
    ax.set_title(title, fontsize=9, color=INK)
    ax.set_xlabel({"n_samples": "steps", "simulator": ""}.get(x, x), fontsize=8, color=INK)
    ax.set_ylabel(heading(metric), fontsize=8, color=INK)
    ax.tick_params(colors=INK, labelsize=8)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.grid(axis="y", color=MUTED, alpha=0.25, lw=0.6)
    ax.patch.set_alpha(0)


def _short(value: Any) -> str:
    """Return the text below a tick, as 2.5k for 2500."""
    if not isinstance(value, int | float):
        return str(value)
    for unit, sign in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{sign}"
    return f"{value:g}"
