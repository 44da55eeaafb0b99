"""Cutting a ranking at any number of edges, of which `@top3` and `@global_k` are two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.scoring.candidates import candidates_by_level
from bench.scoring.counts import expected_metrics
from bench.scoring.decisions import overall, per_effect
from bench.scoring.floors import selection_floor
from bench.scoring.regimes import Numbers, average, graphs_of_regimes, overlap
from methods import LaggedGraph

RULES = {"per_effect": per_effect, "overall": overall}
METRICS = ("f1", "precision", "recall")

Cut = tuple[str, int]
"""A rule of `RULES` and its number of edges."""


def cut_metrics(
    estimate: LaggedGraph, truth: LaggedGraph, cuts: Sequence[Cut]
) -> dict[tuple[Cut, str], Numbers]:
    """Return value, floor and ceiling of `METRICS` at each cut of the estimate's scores.

    Ties at the border are broken at random and silent entries never taken, as everywhere in
    `bench.scoring`; floor and ceiling are those of the same cut. The level is the window graph,
    or the summary graph without self-loops where the truth is a summary. Where the truth has
    regimes, the values are means over the graphs of its regimes.

    Raises
    ------
    ValueError
        If the graphs do not fit together; see `bench.scoring.score`.
    """
    if not truth.per_regime:
        return _table(estimate, truth, cuts)
    graphs = graphs_of_regimes(estimate, truth, overlap(estimate, truth))
    return average(
        [_table(graphs[label], regime, cuts) for label, regime in truth.per_regime.items()]
    )


def ranked_by(estimate: LaggedGraph, name: str) -> LaggedGraph | None:
    """Return the graph with an edge statistic as its scores; None where it has no such one.

    A name that begins with `-` puts the smallest first; `score` leaves the scores.
    """
    if name == "score":
        return estimate
    values = estimate.edge_statistics.get(name.removeprefix("-"))
    if values is None:
        return None
    regimes = {label: ranked_by(graph, name) for label, graph in estimate.per_regime.items()}
    return replace(
        estimate,
        scores=-values if name.startswith("-") else values,
        adjacency=None,
        per_regime={label: graph for label, graph in regimes.items() if graph is not None},
    )


def _table(
    estimate: LaggedGraph, truth: LaggedGraph, cuts: Sequence[Cut]
) -> dict[tuple[Cut, str], Numbers]:
    candidates = candidates_by_level(estimate, truth).get(
        "window" if truth.max_lag else "summary_no_self"
    )
    table: dict[tuple[Cut, str], Numbers] = {}
    if candidates is None:
        return table
    oracle = candidates.oracle()
    for rule, k in cuts:
        selection = RULES[rule](candidates, k)
        parts = (
            expected_metrics(candidates, selection),
            selection_floor(candidates, selection),
            expected_metrics(oracle, RULES[rule](oracle, k)),
        )
        for metric in METRICS:
            value, floor, ceiling = (part[metric] for part in parts)
            table[(rule, k), metric] = (value, floor, ceiling)
    return table
