"""The diagram of Demsar, JMLR 7, 2006: average ranks, and groups of methods that do not differ."""

from __future__ import annotations

from typing import Any

from bench.analysis.ranks import Ranks
from bench.report import labels
from bench.report.charts.rows import ranks_chart


def ranks(found: Ranks) -> dict[str, Any] | None:
    """Return the diagram, or None for fewer than two methods."""
    if len(found.average) < 2:
        return None
    rows = [
        {"method": labels.method(str(name)), "rank": round(float(rank), 4)}
        for name, rank in found.average.items()
    ]
    right = float(found.average.max()) + 0.5
    bars = [
        {
            "first": labels.method(group[0]),
            "last": labels.method(group[-1]),
            "x": right + 0.18 * k,
        }
        for k, group in enumerate(found.groups())
    ]
    return ranks_chart(rows, bars)
