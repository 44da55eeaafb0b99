"""How the report shows an experiment: what is on its axis, which metrics, whose numbers beside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from annotated_types import Ge

from methods.types.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class Published(Parameters):
    """Rows of a table of published numbers that are drawn, dashed, beside ours.

    Parameters
    ----------
    figure, panel
        Which rows of `reference.csv`; without a panel all of the figure.
    where
        Beside which of our panels they stand: `simulator`, `n_samples`, `regimes` or an axis of
        the grid, and its value; empty for all.
    x
        Names on the published axis and what they are on ours. Numbers need no entry.
    metric
        Beside which metric of the view they stand; None for the first.
    methods
        Published names of methods and ours, where `bench.analysis.published` has no other.
    """

    figure: str
    panel: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    x: dict[str, Any] = field(default_factory=dict)
    metric: str | None = None
    methods: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class View(Parameters):
    """The `report` node of an experiment.

    Parameters
    ----------
    x
        Horizontal axis: `n_samples`, `simulator`, `regimes`, or an axis of the grid by its
        dotted name.
        None takes the axis of the grid with most values, else `n_samples`, else `simulator`.
    metrics
        What is drawn against it, named as in `table.csv`, or `f1 paper` and `f1 fair`.
    published
        Published numbers, drawn beside ours.
    cuts
        Numbers of edges k by the rule that takes them: the k strongest causes `per_effect`, or
        the k strongest edges `overall`. They are taken from the stored graphs, when the report
        is written; then `k` is on the axis, `rule` is an axis of the grid, and the metrics are
        `f1@k`, `precision@k` and `recall@k`.
    by
        What the edges are ranked by before they are cut: `score` or an edge statistic of the
        graph, the smallest first where its name begins with `-`; an axis of the grid, `by`.
        Empty for the score alone.
    """

    x: str | None = None
    metrics: tuple[str, ...] = ("f1 paper", "f1 fair", "auprc")
    published: tuple[Published, ...] = ()
    cuts: dict[Literal["per_effect", "overall"], tuple[Annotated[int, Ge(1)], ...]] = field(
        default_factory=dict
    )
    by: tuple[str, ...] = ()
