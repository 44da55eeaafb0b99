"""The chart of a found graph beside the true one: lags of the links from cause to effect."""

from __future__ import annotations

from typing import Any

HIT, MISS, EXTRA = "found and true", "true, not found", "found, not true"
PANELS = ["true graph", "found graph"]


def matrix_chart() -> dict[str, Any]:
    """Return the chart, whose rows come later.

    A row has `panel`, `cause`, `effect`, `lags` as text and `kind`, which is empty for rows that
    only make room for a variable. Kinds differ in colour, and in the weight of their texts.
    """
    import altair as alt

    kinds = alt.Scale(domain=[HIT, MISS, EXTRA], range=_COLOURS)
    names: dict[str, Any] = {
        "sort": None,
        "axis": alt.Axis(grid=True, labelLimit=90, domain=False),
    }
    base = alt.Chart().encode(
        x=alt.X("effect:N", title="effect", **names),
        y=alt.Y("cause:N", title="cause", **names),
        yOffset=alt.YOffset("kind:N", scale=alt.Scale(domain=[HIT, MISS, EXTRA, ""])),
    )
    text = (
        base.transform_filter("datum.kind != ''")
        .mark_text(fontWeight="bold")
        .encode(
            text="lags:N",
            color=alt.Color(
                "kind:N", scale=kinds, legend=alt.Legend(title="lags", orient="bottom")
            ),
            tooltip=["cause:N", "effect:N", alt.Tooltip("lags:N", title="lags"), "kind:N"],
        )
    )
    room = base.mark_point(opacity=0)
    panel = alt.Facet("panel:N", title=None, sort=PANELS)
    chart = (
        alt.layer(room, text)
        .properties(width=260, height=260)
        .facet(facet=panel, columns=2, data=alt.NamedData(name="rows"))
    )
    spec: dict[str, Any] = chart.to_dict(validate=False)
    kept = {key: part for key, part in spec.items() if key not in ("$schema", "config")}
    return {**kept, "usermeta": {"room": 130, "panels": 2}}


# Blue, orange and grey read on white and on dark, also by colour-blind readers.
_COLOURS = ["#3a8fd0", "#c77a2b", "#8b929a"]
