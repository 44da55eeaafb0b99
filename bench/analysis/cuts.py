"""The experiment of a view with `cuts`: its stored graphs, cut at k edges, against k."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bench.analysis.experiment import ExperimentResults, panel_of
from bench.config import View
from bench.config.cell import axes_text
from bench.scoring.cuts import cut_metrics, ranked_by
from methods import LaggedGraph

Graphs = Callable[[str], tuple[LaggedGraph, LaggedGraph] | None]
"""Returns the graph of a key and its truth, or None where there is none at hand."""

_COLUMNS = [
    "key",
    "condition",
    "simulator",
    "axes",
    "n_samples",
    "seed",
    "method",
    "adapter",
    "cpu_seconds",
    "x",
    "panel",
    "metric",
    "value",
    "floor",
    "ceiling",
]


def cut_results(experiment: ExperimentResults, graphs: Graphs) -> ExperimentResults:
    """Return a experiment with one row per cell and cut, scored by what its graphs say there.

    The cuts are axes of the grid, as text and in `points`: `by` (where the view has several
    rankings), `rule` and `k`, which is drawn. A run that is ok but has no graph at hand, as in an
    exported table, has the status `no graph`.
    """
    import pandas as pd

    cells: list[dict[Any, Any]] = []
    rows: list[dict[Any, Any]] = []
    mappings: dict[tuple[str, str], Any] = {}
    points: dict[tuple[str, str], Any] = {}
    for cell in experiment.cells.to_dict("records"):
        pair = graphs(cell["key"])
        status = "no graph" if cell["status"] == "ok" and pair is None else cell["status"]
        scores = {} if pair is None else _scores(*pair, experiment.view)
        for cut in _cuts(experiment.view):
            here = {**experiment.axes[cell["simulator"], cell["axes"]], **cut}
            axes = axes_text(here)
            mappings[cell["simulator"], axes] = here
            points[cell["simulator"], axes] = {
                **experiment.points[cell["simulator"], cell["axes"]],
                **cut,
            }
            head = cell | {"axes": axes, "status": status, "x": cut["k"]}
            head["condition"] += f" {axes}"
            head["panel"] = panel_of("k", head, here)
            cells.append(head)
            rows += [head | found for found in scores.get(tuple(cut.values()), [])]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    cut_cells = pd.DataFrame(cells)
    return replace(experiment, x="k", cells=cut_cells, rows=table, axes=mappings, points=points)


def _cuts(view: View) -> Iterator[dict[str, Any]]:
    for by in view.by or ("score",):
        for rule, numbers in view.cuts.items():
            for k in numbers:
                yield ({"by": by} if view.by else {}) | {"rule": rule, "k": k}


def _scores(
    graph: LaggedGraph, truth: LaggedGraph, view: View
) -> Mapping[tuple[Any, ...], list[dict[str, Any]]]:
    """Return the rows of metrics of one graph by the values of its cut."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    cuts = [(rule, k) for rule, numbers in view.cuts.items() for k in numbers]
    for by in view.by or ("score",):
        ranked = ranked_by(graph, by)
        table = {} if ranked is None else cut_metrics(ranked, truth, cuts)
        for (cut, metric), (value, floor, ceiling) in table.items():
            row = {"metric": f"{metric}@k", "value": value, "floor": floor, "ceiling": ceiling}
            place = (by, *cut) if view.by else cut
            found.setdefault(place, []).append(row)
    return found
