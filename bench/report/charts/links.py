"""Charts of graphs found in one series: which variable acts on which, and how strongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.report.charts.rows import finished

_HEIGHT = 26  # of a variable

Rows = Sequence[Mapping[str, Any]]


def heat_chart(rows: Rows, names: Sequence[str], panels: Sequence[str]) -> dict[str, Any]:
    """Return a panel for each graph: colours are the strongest scores, texts the selected lags.

    Parameters
    ----------
    rows
        `panel`, `cause`, `effect`, `lags`; and where the method says something its `score`, and
        `share`, the score over the largest of the panel, which is the colour.
    names, panels
        Variables and graphs in their order.
    """
    import altair as alt

    def axis(title: str) -> dict[str, Any]:
        return {
            "title": title,
            "scale": alt.Scale(domain=list(names)),
            "axis": alt.Axis(labelLimit=110, domain=False, grid=False),
        }

    base = alt.Chart().encode(
        x=alt.X("effect:N", **axis("effect")),
        y=alt.Y("cause:N", **axis("cause")),
        tooltip=["cause:N", "effect:N", alt.Tooltip("score:Q", format=".3g"), "lags:N"],
    )
    colour = alt.Color("share:Q", scale=alt.Scale(scheme="blues", domain=[0, 1]), legend=None)
    # Light texts on the dark half of the colours.
    ink = alt.condition("datum.share > 0.55", alt.value("white"), alt.value("black"))
    cells = base.transform_filter("isValid(datum.share)").mark_rect().encode(color=colour)
    texts = base.transform_filter("datum.lags != ''").mark_text(fontSize=11)
    size = max(150, _HEIGHT * len(names))
    chart = (
        alt.layer(cells, texts.encode(text="lags:N", color=ink))
        .properties(width=max(260, size), height=size)
        .facet(
            facet=alt.Facet("panel:N", title=None, sort=list(panels)),
            columns=2,
            data=alt.InlineData(values=list(rows)),
        )
    )
    spec = finished(chart)
    return {**spec, "usermeta": {"room": 190, "panels": len(panels)}}


def strengths_chart(rows: Rows, order: Sequence[str]) -> dict[str, Any]:
    """Return the strongest links in their order: rows of `link`, `method`, `score` and `share`.

    Scores of several methods have different units: drawn is the share of each method's largest.
    """
    import altair as alt

    names = alt.Axis(labelLimit=170, grid=False, ticks=False)
    y = alt.Y("link:N", title=None, scale=alt.Scale(domain=list(order)), axis=names)
    methods = list(dict.fromkeys(row["method"] for row in rows))
    several = len(methods) > 1
    drawn, title = ("share", "share of the largest score") if several else ("score", "score")
    legend = alt.Legend(title=None, orient="top", columns=1) if several else None
    chart = (
        alt.Chart(alt.InlineData(values=list(rows)))
        .mark_point(filled=True, size=60, opacity=1)
        .encode(
            x=alt.X(f"{drawn}:Q", title=title),
            y=y,
            color=alt.Color("method:N", legend=legend, scale=alt.Scale(domain=methods)),
            tooltip=["link:N", "method:N", alt.Tooltip("score:Q", format=".3g")],
        )
        .properties(width=420, height={"step": 18})
    )
    return finished(chart)
