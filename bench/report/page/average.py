"""The chart of averages: the published mean of each method, and ours under both protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.config.protocol import shipped
from bench.report import labels
from bench.report.charts.rows import average_chart

if TYPE_CHECKING:
    import pandas as pd

_SOURCES = {
    "published": "published",
    "shared_paper": "ours, paper protocol",
    "shared_fair": "ours, fair protocol",
}


def average(means: pd.DataFrame) -> dict[str, Any] | None:
    """Return the chart, or None if nothing was run; see `bench.analysis.comparison`.

    It has the methods with a shared or a published mean.
    """
    ours = [f"shared_{protocol}" for protocol in shipped()]
    if means[ours].isna().all(axis=None):
        return None
    rows = [
        {"method": labels.method(row["method"]), "source": source, "value": round(row[column], 4)}
        for row in means.to_dict("records")
        for column, source in _SOURCES.items()
        if row[column] == row[column]
    ]
    return average_chart(rows, [*_SOURCES.values()])
