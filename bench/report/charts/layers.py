"""What is drawn in a panel, one upon the other: bounds, systems, intervals, lines, names."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.report.charts.data import CEILING, FLOOR, MEAN, PUBLISHED, SYSTEM
from bench.report.styles import MUTED

if TYPE_CHECKING:
    import altair as alt

_NAME = 0.07  # height of a name at the end of a line, as a share of that of its panel
_LIMIT = 130  # width of a name
_TICKS = 8  # places that are all written below the axis
_DASHES = {FLOOR: [2, 2], CEILING: [8, 3, 2, 3]}


@dataclass(frozen=True)
class Axes:
    """The axes of the panels of one metric.

    Parameters
    ----------
    metric, x, y
        The metric, and the titles of both axes.
    places
        Values on the horizontal axis, in their order.
    numeric, wide
        Whether these are numbers, which a line joins, and whether by their logarithms.
    limits, logarithmic
        The ends of the vertical axis, and whether it is logarithmic.
    methods
        All methods in the order of their styles.
    file
        Whether it is for a file, which has a legend of its own.
    legend
        Methods in that legend; empty where names stand at the ends of lines.
    """

    metric: str
    x: str
    places: Sequence[Any]
    numeric: bool
    wide: bool
    y: str
    limits: tuple[float, float]
    logarithmic: bool
    methods: Sequence[str]
    file: bool
    legend: Sequence[str]

    def encode(self) -> dict[str, Any]:
        """Return where a row stands. Methods stand side by side only where the axis has names."""
        import altair as alt

        y = self.height("value")
        if self.numeric:
            return {"x": self._numbers(), "y": y}
        names = alt.Axis(grid=False, labelAngle=-30 if len(self.places) > 2 else 0)
        scale = alt.Scale(domain=list(self.places))
        x = alt.X("x:N", title=self.x, scale=scale, axis=names)
        return {"x": x, "y": y}

    def height(self, column: str) -> alt.Y:
        """Return the height that a column has."""
        import altair as alt

        kind: Any = "log" if self.logarithmic else "linear"
        scale = alt.Scale(domain=list(self.limits), type=kind, nice=False)
        form: dict[str, Any] = {"format": "~g"} if self.logarithmic else {}
        axis = alt.Axis(tickCount=5, **form)
        return alt.Y(f"{column}:Q", title=self.y, scale=scale, axis=axis)

    def told(self) -> alt.Tooltip:
        """Return the score as a pointer on a row is told."""
        import altair as alt

        return alt.Tooltip("value:Q", title=self.y, format=".3g" if self.logarithmic else ".3f")

    def _numbers(self) -> alt.X:
        import altair as alt

        ticks: dict[str, Any] = {"values": list(self.places)} if len(self.places) <= _TICKS else {}
        # By a format, 100 beside 1k would be written 0.1k.
        text = "format(datum.value, datum.value < 1000 ? '~g' : '~s')"
        axis = alt.Axis(grid=False, labelExpr=text, labelOverlap=True, **ticks)
        kind: Any = "log" if self.wide else "linear"
        ends = [self.places[0], self.places[-1]]
        scale = alt.Scale(type=kind, domain=ends, zero=False, nice=False, padding=10)
        return alt.X("x:Q", title=self.x, scale=scale, axis=axis)


def layers(axes: Axes) -> Any:
    """Return the panel as a layered chart of Altair.

    Its parameters `shown` and `published` say which lines are drawn.
    """
    import altair as alt

    return alt.layer(
        _bounds(axes),
        _systems(axes),
        _intervals(axes),
        *_lines(axes),
        *_names(axes),
    )


def _of(axes: Axes, condition: str) -> alt.Chart:
    import altair as alt

    return alt.Chart().transform_filter(f"datum.metric == '{axes.metric}' && {condition}")


def _shown(axes: Axes, kind: str) -> alt.Chart:
    condition = f"datum.kind == '{kind}' && indexof(shown, datum.method) >= 0"
    return _of(axes, condition + (" && published" if kind == PUBLISHED else ""))


def _look(axes: Axes) -> dict[str, Any]:
    """Return the colour of a method, and its place beside the others where the axis has names."""
    import altair as alt

    legend = alt.Legend(title=None, values=list(axes.legend)) if axes.legend else None
    colour = alt.Color("method:N", scale=alt.Scale(domain=list(axes.methods)), legend=legend)
    beside = {} if axes.numeric else {"xOffset": alt.XOffset("method:N")}
    return {"color": colour, **beside}


def _mark(axes: Axes) -> dict[str, Any]:
    import altair as alt

    legend = alt.Legend(title=None, values=list(axes.legend)) if axes.legend else None
    told = [
        alt.Tooltip("method:N", title="method"),
        alt.Tooltip("x:N" if not axes.numeric else "x:Q", title=axes.x or "system"),
        axes.told(),
        alt.Tooltip("note:N", title="of"),
    ]
    scale = alt.Scale(domain=list(axes.methods))
    return {"shape": alt.Shape("method:N", scale=scale, legend=legend), "tooltip": told}


def _bounds(axes: Axes) -> alt.Chart:
    import altair as alt

    legend = alt.Legend(title=None, symbolStrokeColor=MUTED) if axes.file else None
    scale = alt.Scale(domain=list(_DASHES), range=list(_DASHES.values()))
    dashes = alt.StrokeDash("kind:N", scale=scale, legend=legend)
    rows = _of(axes, "datum.method == ''")
    look: dict[str, Any] = {"style": "quiet", "strokeWidth": 1.3}
    mark = rows.mark_line(**look) if axes.numeric else rows.mark_tick(**look, thickness=1.3)
    told = [alt.Tooltip("note:N", title="of"), axes.told()]
    drawn: alt.Chart = mark.encode(**axes.encode(), strokeDash=dashes, tooltip=told)
    return drawn


def _systems(axes: Axes) -> alt.Chart:
    mark = _shown(axes, SYSTEM).mark_point(filled=True, size=14, opacity=0.3)
    drawn: alt.Chart = mark.encode(**axes.encode(), **_look(axes), **_mark(axes))
    return drawn


def _intervals(axes: Axes) -> alt.Chart:
    import altair as alt

    place = axes.encode() | {"y": axes.height("low"), "y2": alt.Y2("high:Q")}
    mark = _shown(axes, MEAN).transform_filter("isValid(datum.low)").mark_rule(opacity=0.7)
    drawn: alt.Chart = mark.encode(**place, **_look(axes))
    return drawn


def _lines(axes: Axes) -> list[alt.Chart]:
    drawn = []
    if axes.numeric:
        line = _shown(axes, MEAN).mark_line(strokeWidth=1.8)
        theirs = _shown(axes, PUBLISHED).mark_line(strokeWidth=1.2, strokeDash=[4, 3])
        drawn = [each.encode(**axes.encode(), **_look(axes)) for each in (theirs, line)]
    hollow = _shown(axes, PUBLISHED).mark_point(filled=False, size=40, opacity=0.8)
    point = _shown(axes, MEAN).mark_point(filled=True, size=48, opacity=1)
    marks = [
        each.encode(**axes.encode(), **_look(axes), **_mark(axes)) for each in (hollow, point)
    ]
    return [*drawn, *marks]


def _names(axes: Axes) -> list[alt.Chart]:
    """Write the methods at the right ends of their lines, moved down where they would overlap.

    From the highest down, a name stands at its line or one height below the name above it:
    the smallest of all `value_j + j * height` up to it, less `i * height`.
    """
    import altair as alt

    if not axes.numeric:
        return []
    low, high = (math.log10(end) if axes.logarithmic else end for end in axes.limits)
    height, back = _NAME * (high - low), "pow(10, {})" if axes.logarithmic else "{}"
    value = "log(datum.value) / LN10" if axes.logarithmic else "datum.value"
    order: list[Any] = [
        alt.SortField("value", "descending"),
        alt.SortField("method", "ascending"),
    ]
    mark = (
        _shown(axes, MEAN)
        .transform_joinaggregate(last="max(x)", groupby=["panel"])
        .transform_filter("datum.x == datum.last")
        .transform_window(row="row_number()", sort=order, groupby=["panel"])
        .transform_calculate(room=f"{value} + {height:.4g} * datum.row")
        .transform_window(top="min(room)", sort=order, groupby=["panel"], frame=[None, 0])
        .transform_calculate(at=back.format(f"datum.top - {height:.4g} * datum.row"))
        .mark_text(align="left", dx=8, fontSize=11, limit=_LIMIT)
    )
    place = {"x": axes.encode()["x"], "y": axes.height("at")}
    return [mark.encode(**place, text="method:N", **_look(axes))]
