"""The rows that the charts of an experiment draw: one table for all its panels and metrics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.analysis import ExperimentResults
from bench.analysis.experiment import COST
from bench.analysis.published import beside
from bench.report import labels

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("kind", "metric", "panel", "x", "method", "value", "low", "high", "note")
"""Of a row; `note` is what a pointer on it is told."""
MEAN, SYSTEM, PUBLISHED, FLOOR, CEILING = (
    *("mean", "system", "published"),
    *("chance level", "oracle"),
)
"""Kinds of rows: means over systems, single systems, published means, and bounds."""
FEWEST = 5
"""Systems from which on a mean has an interval."""

Row = tuple[Any, ...]


def rows_of(
    experiment: ExperimentResults, summary: pd.DataFrame, published: pd.DataFrame
) -> list[Row]:
    """Return the rows of an experiment in the order of `COLUMNS`, without what was not run.

    Parameters
    ----------
    experiment, summary
        The experiment, and `bench.analysis.experiment.summarise` of it.
    published
        Published points, see `bench.analysis.published.curves`.
    """
    return [
        *_means(summary),
        *_bounds(summary),
        *_systems(experiment),
        *_published(experiment, summary, published),
    ]


def ends(row: Mapping[Any, Any]) -> dict[str, float]:
    """Return the ends `low` and `high` of an interval; none where there are too few systems."""
    many = row["n"] >= FEWEST and all(math.isfinite(row[end]) for end in ("low", "high"))
    return {end: _short(row[end]) for end in ("low", "high")} if many else {}


def place(x: Any) -> float | str:
    """Return a value of the axis as it is if it is a number, else what it is called."""
    number = isinstance(x, int | float) and not isinstance(x, bool)
    return x if number else labels.value(str(x))


def _means(summary: pd.DataFrame) -> list[Row]:
    found = []
    for row in summary[summary["mean"].notna()].to_dict("records"):
        known = ends(row)
        interval = (known.get("low"), known.get("high"))
        note = f"mean of {row['n']} system{'' if row['n'] == 1 else 's'}"
        if known:
            note += " [{:.3g}, {:.3g}]".format(*interval)
        found.append((*_head(MEAN, row), _called(row), _short(row["mean"]), *interval, note))
    return found


def _bounds(summary: pd.DataFrame) -> list[Row]:
    levels = summary[(summary["metric"] != COST) & summary["mean"].notna()]
    found = []
    for keys, group in levels.groupby(["metric", "panel", "x"], sort=False):
        head = dict(zip(("metric", "panel", "x"), keys, strict=True))
        for kind, column in ((FLOOR, "floor"), (CEILING, "ceiling")):
            level = group[column].mean()
            if level == level:
                found.append((*_head(kind, head), "", _short(level), None, None, kind))
    return found


def _systems(experiment: ExperimentResults) -> list[Row]:
    import pandas as pd

    scores = experiment.rows[experiment.rows["metric"].isin(experiment.metrics)]
    costs = experiment.cells[:0]
    if COST in experiment.metrics:
        costs = experiment.cells.assign(metric=COST, value=experiment.cells[COST])
    both = pd.concat([scores, costs], ignore_index=True).dropna(subset=["value"])
    return [
        (
            *_head(SYSTEM, row),
            _called(row),
            _short(row["value"]),
            *(None, None),
            f"system {row['seed']}",
        )
        for row in both[["metric", "panel", "x", "method", "value", "seed"]].to_dict("records")
    ]


def _published(
    experiment: ExperimentResults, summary: pd.DataFrame, published: pd.DataFrame
) -> list[Row]:
    named = published["metric"].fillna(experiment.view.metrics[0])
    found = []
    for panel, rows in summary.groupby("panel", sort=False):
        points = beside(published.assign(metric=named), experiment, rows.iloc[0].to_dict())
        for row in points.to_dict("records"):
            head = {**row, "panel": panel}
            value = _short(row["value"])
            found.append((*_head(PUBLISHED, head), _called(row), value, None, None, PUBLISHED))
    return found


def _head(kind: str, row: Any) -> Sequence[Any]:
    return kind, row["metric"], labels.panel(str(row["panel"])), place(row["x"])


def _called(row: Any) -> str:
    return labels.method(str(row["method"]))


def _short(value: float) -> float:
    """Return a number as a chart needs it: more digits would only make the page larger."""
    return float(f"{value:.4g}")
