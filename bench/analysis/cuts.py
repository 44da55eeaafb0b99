"""The section of a view with `cuts`: its stored graphs, cut at k edges, against k."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bench.analysis.experiment import Section, panel_of
from bench.config.view import View
from bench.scoring.cuts import cut_metrics, ranked_by
from methods import LaggedGraph

Graphs = Callable[[str], tuple[LaggedGraph, LaggedGraph] | None]
"""Returns the graph of a key and its truth, or None where there is none at hand."""

_COLUMNS = [
    "key",
    "problem",
    "simulator",
    "axes",
    "n_samples",
    "seed",
    "method",
    "x",
    "panel",
    "metric",
    "value",
    "floor",
    "ceiling",
]


def cut_section(section: Section, graphs: Graphs) -> Section:
    """Return a section with one row per cell and cut, scored by what its graphs say there.

    The cuts are axes of the grid, as text and in `points`: `by` (where the view has several
    rankings), `rule` and `k`, which is drawn. A run that is ok but has no graph at hand, as in an
    exported table, has the status `no graph`.
    """
    import pandas as pd

    cells: list[dict[Any, Any]] = []
    rows: list[dict[Any, Any]] = []
    points = {}
    for cell in section.cells.to_dict("records"):
        pair = graphs(cell["key"])
        status = "no graph" if cell["status"] == "ok" and pair is None else cell["status"]
        scores = {} if pair is None else _scores(*pair, section.view)
        for cut in _cuts(section.view):
            axes = " ".join([*cell["axes"].split(), *(f"{k}={v}" for k, v in cut.items())])
            points[cell["simulator"], axes] = {
                **section.points[cell["simulator"], cell["axes"]],
                **cut,
            }
            head = cell | {"axes": axes, "status": status, "x": cut["k"]}
            head["problem"] += f" {axes}"
            head["panel"] = panel_of("k", head)
            cells.append(head)
            rows += [head | found for found in scores.get(tuple(cut.values()), [])]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return replace(section, x="k", cells=pd.DataFrame(cells), rows=table, points=points)


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
            found.setdefault((*[by] * bool(view.by), *cut), []).append(row)
    return found
