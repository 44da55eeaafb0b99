"""What the page embeds to draw its charts: the library once, and the charts as JSON."""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bench.report.charts.data import COLUMNS
from bench.report.charts.matrix import matrix_chart
from bench.report.charts.panels import Panels
from bench.report.styles import THEMES, Style, config


@functools.cache
def library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script that asks for nothing else."""
    import vl_convert

    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # Nothing in it may end the element that it stands in.
    return script.replace("</script", r"<\/script").replace("<!--", r"<\!--")


def embedded(
    charts: Mapping[str, Mapping[str, Any]],
    panels: Sequence[Panels] = (),
    graphs: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType({}),
    styles: Collection[Style] = (),
) -> str:
    """Return the charts of a page as JSON.

    Under `experiments` each has its rows once, and a chart for each metric. In a row a text of the
    columns `coded` is its place in `words`. `config` has a theme each, the same for all charts.
    """
    words: dict[str, int] = {}
    whole: dict[str, Any] = {
        "columns": COLUMNS,
        "coded": _CODED,
        "config": {theme: config(styles, theme) | _ON_PAGE for theme in THEMES},
        "charts": {name: _bare(chart) for name, chart in charts.items()},
        "matrix": matrix_chart(),
        "graphs": dict(graphs),
        "experiments": {one.experiment.name: _experiment(one, words) for one in panels},
    }
    whole["words"] = [*words]  # all are known now
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False)
    return text.replace("<", r"\u003c")


_ON_PAGE = {"background": "transparent"}
_CODED = ("kind", "metric", "panel", "method", "note")
_PLACES = [COLUMNS.index(name) for name in _CODED]


def _experiment(panels: Panels, words: dict[str, int]) -> dict[str, Any]:
    rows = [list(row) for row in panels.rows]
    for row in rows:
        for place in _PLACES:
            row[place] = words.setdefault(row[place], len(words))
    return {
        "rows": rows,
        "charts": {metric: panels.chart(metric) for metric in panels.metrics},
    }


def _bare(chart: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in chart.items() if key != "config"}
