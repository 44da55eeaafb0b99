"""Charts with one row for each method or setting: averages, ranks, and settings of a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.report.styles import config, styles_of

if TYPE_CHECKING:
    import altair as alt

_STEP = 18  # height of a row
_LIMIT = 170  # width of a name

Rows = Sequence[Mapping[str, Any]]


def average_chart(rows: Rows, order: Sequence[str]) -> dict[str, Any]:
    """Return the mean of each method by its `source`, one of `order`: `method`, `value`."""
    import altair as alt

    names = list(dict.fromkeys(row["method"] for row in rows))
    shapes = alt.Scale(domain=list(order), range=["diamond", "circle", "square"][: len(order)])
    legend = alt.Legend(title=None, orient="top", columns=1)  # fits a phone
    chart = (
        alt.Chart(alt.InlineData(values=list(rows)))
        .mark_point(filled=False, size=60, opacity=1, style="hollow")
        .encode(
            x=alt.X("value:Q", title="mean F1", scale=alt.Scale(domain=[0, 1])),
            y=_names(names),
            shape=alt.Shape("source:N", scale=shapes, legend=legend),
            tooltip=["method:N", "source:N", alt.Tooltip("value:Q", format=".2f")],
        )
        .properties(width=420, height={"step": _STEP})
    )
    return finished(chart)


def ranks_chart(rows: Rows, bars: Rows) -> dict[str, Any]:
    """Return average ranks of methods with a bar beside each group that does not differ.

    Parameters
    ----------
    rows
        `method` and `rank`, the best first.
    bars
        `first` and `last` method of a group, and its place `x` on the axis of ranks.
    """
    import altair as alt

    names = [row["method"] for row in rows]
    far = max([*(row["rank"] for row in rows), *(bar["x"] for bar in bars)]) + 0.4
    x = _ranks("rank", far)
    told: list[Any] = ["method:N", alt.Tooltip("rank:Q", format=".2f")]
    base = alt.Chart(alt.InlineData(values=list(rows))).encode(x=x, y=_names(names), tooltip=told)
    text = alt.Text("rank:Q", format=".2f")
    grouped = (
        alt.Chart(alt.InlineData(values=list(bars)))
        .mark_rule(strokeWidth=3, style="quiet")
        .encode(x=_ranks("x", far), y=_names(names, "first"), y2="last")
    )
    points = base.mark_point(filled=True, size=50, opacity=1, style="main")
    written = base.mark_text(align="left", dx=8).encode(text=text)
    chart = alt.layer(grouped, points, written).properties(width=420, height={"step": _STEP})
    return finished(chart)


def intervals_chart(
    rows: Rows, title: str, panels: Sequence[str] = (), marks: Rows = ()
) -> dict[str, Any]:
    """Return means with their intervals, a row for each name.

    Parameters
    ----------
    rows
        `name`, `value`, and `low` and `high` where there is an interval; `panel` where there are
        several.
    title
        Of the horizontal axis.
    panels
        Names of the panels that stand side by side, if any.
    marks
        Places `value` of dashed lines, in their `panel`.
    """
    import altair as alt

    names = list(dict.fromkeys(row["name"] for row in rows))
    data = [*({**row, "kind": "row"} for row in rows), *({**m, "kind": "mark"} for m in marks)]
    told: list[Any] = ["name:N", alt.Tooltip("value:Q", format=".3f"), "low:Q", "high:Q"]
    x, y = alt.X("value:Q", title=title, scale=alt.Scale(nice=False)), _names(names, "name")
    own = alt.Chart().transform_filter("datum.kind == 'row'")
    dashed = alt.Chart().transform_filter("datum.kind == 'mark'")
    points = own.mark_point(filled=True, size=45, opacity=1, style="main")
    ends = own.transform_filter("isValid(datum.low)").mark_rule(style="main")
    chart = alt.layer(
        dashed.mark_rule(strokeDash=[4, 3], style="quiet").encode(x=x),
        ends.encode(x=alt.X("low:Q", title=title), x2="high:Q", y=y),
        points.encode(x=x, y=y, tooltip=told),
    ).properties(width=190 if panels else 380, height=_STEP * len(names))
    values = alt.InlineData(values=data)
    if not panels:
        return finished(chart.properties(data=values))
    column = alt.Column("panel:N", title=None, sort=list(panels))
    return finished(chart.facet(column=column, data=values))


def _ranks(column: str, far: float) -> alt.X:
    import altair as alt

    scale = alt.Scale(domain=[0.8, far], nice=False, zero=False)
    return alt.X(f"{column}:Q", title="average rank (1 is best)", scale=scale)


def curves_chart(rows: Rows, x: str, y: str) -> dict[str, Any]:
    """Return a line with intervals for each `name`, and the dashed diagonal: `x`, `value`."""
    import altair as alt

    names = sorted({row["name"] for row in rows})
    style = config(styles_of(names).values())["range"]
    colours = alt.Scale(domain=names, range=style["category"][1:])
    far = max((row["x"] for row in rows), default=0.3) + 0.05
    place = {
        "x": alt.X("x:Q", title=x, scale=alt.Scale(domain=[0, far], nice=False)),
        "color": alt.Color(
            "name:N", scale=colours, legend=alt.Legend(title=None, orient="bottom")
        ),
    }
    corners: Rows = [{"x": 0, "value": 0}, {"x": far, "value": far}]
    diagonal = alt.Chart(alt.InlineData(values=list(corners)))
    base = alt.Chart(alt.InlineData(values=list(rows)))
    value = alt.Y("value:Q", title=y)
    chart = alt.layer(
        diagonal.mark_line(strokeDash=[4, 3], style="quiet").encode(x="x:Q", y="value:Q"),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(opacity=0.7)
        .encode(y=alt.Y("low:Q", title=y), y2="high:Q", **place),
        base.mark_line(point=True).encode(y=value, tooltip=["name:N", "x:Q", "value:Q"], **place),
    ).properties(width=330, height=300)
    return finished(chart)


def finished(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """Return a chart as Vega-Lite, with the configuration of files."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    spec.pop("$schema")
    return {**spec, "usermeta": {"room": _LIMIT + 25}, "config": config(())}


def _names(names: Sequence[str], column: str = "method") -> alt.Y:
    import altair as alt

    axis = alt.Axis(labelLimit=_LIMIT, grid=False, ticks=False)
    return alt.Y(f"{column}:N", title=None, scale=alt.Scale(domain=list(names)), axis=axis)
