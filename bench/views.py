"""How the report shows an experiment: what is on its axis, which metrics, whose numbers beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Published:
    """Rows of a table of published numbers that are drawn, dashed, beside ours.

    Parameters
    ----------
    figure, panel
        Which rows of `reference.csv`; without a panel all of the figure.
    where
        Beside which of our panels they stand: `simulator`, `n_samples` or an axis of the grid,
        and its value; empty for all.
    x
        Names on the published axis and what they are on ours. Numbers need no entry.
    methods
        Published names of methods and ours, where `bench.report.published` does not have them.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    figure: str
    panel: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    x: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class View:
    """The `report` node of an experiment.

    Parameters
    ----------
    x
        Horizontal axis: `n_samples`, `simulator`, or an axis of the grid by its dotted name.
        None takes the axis of the grid with most values, else `n_samples`, else `simulator`.
    metrics
        What is drawn against it, named as in `table.csv`, or `f1 paper` and `f1 fair`.
    published
        Published numbers, drawn where the first metric is.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    x: str | None = None
    metrics: tuple[str, ...] = ("f1 paper", "f1 fair", "auprc")
    published: tuple[Published, ...] = ()
