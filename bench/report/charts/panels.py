"""The charts of an experiment: a panel for each condition, a line for each method."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.analysis import ExperimentResults
from bench.analysis.experiment import COST
from bench.report import labels
from bench.report.charts import data
from bench.report.charts.layers import Axes, layers
from bench.report.styles import Style, config
from bench.scoring.metrics import bounds

if TYPE_CHECKING:
    import pandas as pd

_MOST = 6  # lines in a panel before more are switched on
_WIDE = 20  # factor between the ends of an axis from which on it is logarithmic
_ROWS = "rows"  # name of the data in a chart
# Width beside a panel on the page: the axis, and the names at the ends of lines where there are.
_ROOM = {True: 205, False: 60}


@dataclass(frozen=True)
class Panels:
    """The charts of one experiment.

    Parameters
    ----------
    experiment, summary
        The experiment, and `bench.analysis.experiment.summarise` of it.
    published
        Published points, see `bench.analysis.published.curves`.
    styles
        How each method is drawn, by what it is called; the same for all experiments of a page.
    """

    experiment: ExperimentResults
    summary: pd.DataFrame
    published: pd.DataFrame
    styles: Mapping[str, Style] = field(repr=False)

    @functools.cached_property
    def rows(self) -> list[data.Row]:
        """What is drawn; see `bench.report.charts.data`."""
        return data.rows_of(self.experiment, self.summary, self.published)

    @functools.cached_property
    def metrics(self) -> list[str]:
        """Metrics with a score of any method."""
        scored = {row[1] for row in self.rows if row[0] == data.MEAN}
        return [metric for metric in self.experiment.metrics if metric in scored]

    @functools.cached_property
    def methods(self) -> list[str]:
        """Methods that are drawn, those first that reach most over all conditions."""
        first = self.metrics[0] if self.metrics else ""
        reached: dict[str, float] = {}
        for kind, metric, _, _, method, value, *_ in self.rows:
            if kind in (data.MEAN, data.PUBLISHED):
                gained = value if kind == data.MEAN and metric == first else 0.0
                reached[method] = reached.get(method, 0.0) + gained
        return sorted(reached, key=lambda method: (-reached[method], method))

    @property
    def shown(self) -> list[str]:
        """Methods that are drawn before a reader asks for others."""
        return self.methods[:_MOST]

    @property
    def has_published(self) -> bool:
        """Whether published scores stand beside ours."""
        return any(row[0] == data.PUBLISHED for row in self.rows)

    @property
    def not_run(self) -> list[str]:
        """Panels without a score."""
        scored = {row[2] for row in self.rows if row[0] == data.MEAN}
        names = map(labels.panel, dict.fromkeys(self.summary["panel"]))
        return [name for name in names if name not in scored]

    def chart(self, metric: str, file: bool = False) -> dict[str, Any]:
        """Return the chart of a metric as Vega-Lite, without its rows and its configuration."""
        import altair as alt

        axes = self._axes(metric, file)
        panels = list(dict.fromkeys(row[2] for row in self.rows if row[1] == metric))
        title = alt.Facet("panel:N", title=None, sort=panels, header=_header())
        # Altair makes charts that are drawn at once; here rows and parameters come later.
        chart = (
            layers(axes)
            .properties(width=260, height=200)
            .facet(facet=title, columns=3, data=alt.NamedData(name=_ROWS))
            .resolve_scale(x="independent")
            .to_dict(validate=False)
        )
        chart.pop("$schema")
        chart.pop("config")
        meta = {"room": _ROOM[axes.numeric], "panels": len(panels)}
        return {**chart, "params": self._params(), "usermeta": meta}

    def file(self) -> dict[str, Any]:
        """Return all charts below each other, ready to be drawn."""
        charts = [self.chart(metric, file=True) for metric in self.metrics]
        parts = [
            {k: v for k, v in chart.items() if k not in ("params", "usermeta")} for chart in charts
        ]
        rows = [dict(zip(data.COLUMNS, row, strict=True)) for row in self.rows]
        return {
            "vconcat": parts,
            "params": self._params(),
            "datasets": {_ROWS: rows},
            "config": config(self.styles.values()),
        }

    def _params(self) -> list[dict[str, Any]]:
        return [{"name": "shown", "value": self.shown}, {"name": "published", "value": False}]

    def _axes(self, metric: str, file: bool) -> Axes:
        rows = [row for row in self.rows if row[1] == metric]
        places = list(dict.fromkeys(row[3] for row in rows))
        numeric = len(places) > 1 and not any(isinstance(x, str) for x in places)
        heights = [v for row in rows for v in row[5:8] if v is not None]
        return Axes(
            metric=metric,
            x="" if self.experiment.x == "simulator" else labels.parameter(self.experiment.x),
            places=sorted(places) if numeric else places,
            numeric=numeric,
            wide=numeric and min(places) > 0 and max(places) >= _WIDE * min(places),
            y=labels.metric(metric),
            limits=_limits(metric, heights),
            logarithmic=metric == COST,
            methods=list(self.styles),
            file=file,
            legend=self.shown if file and not numeric else [],
        )


def _limits(metric: str, heights: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the vertical axis."""
    if bounds(metric) == (0.0, 1.0):
        return 0.0, 1.0
    if metric == COST:
        low = min((height for height in heights if height > 0), default=1e-3)
        return low / 1.5, max(heights) * 1.5
    low, high = min(heights), max(heights)
    room = 0.05 * (high - low) or 0.5
    return min(0.0, low) - (room if low < 0 else 0), high + room


def _header() -> Any:
    import altair as alt

    return alt.Header(labelExpr=r"split(datum.label, '\n')", labelLimit=300)
