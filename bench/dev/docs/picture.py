"""The picture of the README: `python -m bench.dev.docs.picture`.

It shows on which data which method finds the graph, from the same runs as the table below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.dev.docs.engine import ROOT
from bench.dev.docs.kinds import Data, kinds
from bench.report import labels
from bench.report.charts.files import save
from bench.report.charts.rows import finished
from bench.report.styles import config, styles_of

PICTURE = ROOT / "docs" / "pictures" / "which_method.svg"
"""Where it lies."""

SHOWN = ("dot", "jrngc", "cuts_plus", "pcmci", "var", "correlation")
"""The methods that are drawn, the same for every kind of data where they were run."""

_CHANCE = "chance"


def draw(path: Path) -> None:
    """Draw a row for each kind of data: the mean AUPRC of each method, and chance as a line."""
    import altair as alt

    called = [labels.method(name) for name in SHOWN]
    styles = [styles_of(called)[name] for name in called]
    names = alt.Scale(domain=[data.name for data in kinds()])
    y = alt.Y("data:N", title=None, scale=names, axis=alt.Axis(labelLimit=300))
    title = "AUPRC, mean over three systems (1: every edge ranked before every non-edge)"
    x = alt.X("value:Q", title=title, scale=alt.Scale(domain=[0, 1]))
    rows = _rows()
    legend, domain = alt.Legend(title=None, orient="right"), alt.Scale(domain=called)
    points = (
        alt.Chart(alt.InlineData(values=[row for row in rows if row["method"] != _CHANCE]))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=x,
            y=y,
            yOffset=alt.YOffset("method:N", scale=domain),
            color=alt.Color("method:N", scale=domain, legend=legend),
            shape=alt.Shape("method:N", scale=domain, legend=legend),
            description="mark:N",
        )
    )
    chance = (
        alt.Chart(alt.InlineData(values=[row for row in rows if row["method"] == _CHANCE]))
        .mark_tick(style="quiet", thickness=2, size=24)
        .encode(x=x, y=y, description="mark:N")
    )
    chart = finished(alt.layer(chance, points).properties(width=560, height=340))
    path.parent.mkdir(exist_ok=True)
    save({**chart, "config": config(styles)}, path.with_suffix(""), [path.suffix])


def _rows() -> list[dict[str, Any]]:
    return [
        {"data": data.name, "method": method, "value": mean, "mark": _mark(data, method, mean)}
        for data in kinds()
        for method, mean in _means(data).items()
    ]


def _means(data: Data) -> dict[str, float]:
    means = data.means()
    shown = {labels.method(name): float(means[name]) for name in SHOWN if name in means}
    return {_CHANCE: float(data.runs["floor"].mean()), **shown}


def _mark(data: Data, method: str, mean: float) -> str:
    return f"{data.name}, {method}: {mean:.2f}"


def marks() -> Sequence[str]:
    """Return what the picture has to tell a screen reader of its marks, with their numbers."""
    return [row["mark"] for row in _rows()]


if __name__ == "__main__":
    draw(PICTURE)
