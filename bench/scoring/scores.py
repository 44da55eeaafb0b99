"""Scoring an estimated graph against the truth, each score with its floor and its ceiling.

Metrics come from scores (`auroc`, `auprc`, `tpr@fdr10`, `effect_r`, see `ranking`) or from a
graph decided by a named rule (`f1@own`, `shd@top3`, ...: rules in `decisions`, definitions in
`counts`), at four levels (`candidates`). At lag 0 links and their direction are scored apart too
(`orientation`). Regimes that a method found are scored beside its graphs (`regimes`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.scoring.borders import border_metrics
from bench.scoring.candidates import Candidates, candidates_by_level
from bench.scoring.counts import expected_metrics
from bench.scoring.decisions import Selection, decide
from bench.scoring.floors import selection_floor, simulated_floor
from bench.scoring.orientation import orientation_metrics
from bench.scoring.ranking import rank_metrics
from bench.scoring.regimes import average, differ, graphs_of_regimes, overlap, regime_metrics
from methods import LaggedGraph

__all__ = ["Score", "score"]


@dataclass(frozen=True)
class Score:
    """One metric of one estimate.

    Parameters
    ----------
    level
        `window`, `instantaneous`, `summary` or `summary_no_self`; `regimes` for the labels found.
    scope
        `union` (one graph, or all steps) or `per_regime` (mean over the regimes of the truth).
    metric
        Name of the metric, with its rule after the @ where there is one.
    value
        NaN where the metric is not defined.
    floor
        Expected value of a random ranking, or of a random graph with as many edges.
    ceiling
        Value of the same rule for the oracle that ranks by the true effect, every edge above
        every non-edge. Nothing scores better but for two cases at `@top3`, where an effect may
        have fewer causes: a method that is silent on non-edges selects fewer than three, and a
        false edge that happens to be a reversal lowers SHD.
    """

    level: str
    scope: str
    metric: str
    value: float
    floor: float
    ceiling: float

    @property
    def name(self) -> str:
        """The full name, `level/scope/metric`."""
        return f"{self.level}/{self.scope}/{self.metric}"


# (value, floor, ceiling) by (level, metric).
_Table = dict[tuple[str, str], tuple[float, float, float]]


def score(estimate: LaggedGraph, truth: LaggedGraph, rng: np.random.Generator) -> list[Score]:
    """Score an estimate at every level in which the truth makes a claim.

    Parameters
    ----------
    estimate
        Scores of shape `(n, n, max_lag + 1)`; entries that are NaN rank below all others and
        are never selected. Metrics at `@own` need its adjacency and are left out without.
    truth
        Same names, and same shape unless it is a summary graph of shape `(n, n, 1)`, which is
        scored at the summary levels alone; `adjacency` holds the edges and `scores` the size of
        their effect, NaN where the system makes no claim. Those entries are left out for every
        method. Where it has `per_regime` graphs, the scope `per_regime` comes beside `union`:
        each regime's graph is compared with the estimate's graph of that label, or with its one
        graph if it has none, and the defined values are averaged over regimes. Where the
        estimate has found `regimes`, the truth holds the true ones of the same series: they are
        compared, unless all have the same edges, and a graph with that of the found regime that
        covers most of its steps.
    rng
        Used for the floors of `@oracle` and `tpr@fdr10` alone.

    Returns
    -------
    list of Score
        In a fixed order of levels and metrics.

    Raises
    ------
    ValueError
        If the names or shapes differ, the truth has no adjacency, or the labels of steps do not
        fit.
    """
    scopes, shared = {"union": _table(estimate, truth, rng)}, overlap(estimate, truth)
    if truth.per_regime:
        graphs = graphs_of_regimes(estimate, truth, shared)
        scopes["per_regime"] = average(
            [_table(graphs[label], regime, rng) for label, regime in truth.per_regime.items()]
        )
    if shared is not None and differ(truth):
        found = regime_metrics(shared) | border_metrics(estimate, truth)
        scopes["union"] |= {("regimes", metric): numbers for metric, numbers in found.items()}
    return [
        Score(level, scope, metric, *numbers)
        for scope, table in scopes.items()
        for (level, metric), numbers in table.items()
    ]


def _table(estimate: LaggedGraph, truth: LaggedGraph, rng: np.random.Generator) -> _Table:
    table: _Table = {}
    for level, candidates in candidates_by_level(estimate, truth).items():
        oracle, selections = candidates.oracle(), decide(candidates)
        value = _metrics(candidates, selections)
        floor = _floors(candidates, selections, rng)
        ceiling = _metrics(oracle, decide(oracle))
        for metric in value:
            table[level, metric] = (value[metric], floor[metric], ceiling[metric])
    if truth.max_lag:  # else it is a summary graph, which has no lag 0
        apart = orientation_metrics(estimate, truth)
        table |= {("instantaneous", metric): numbers for metric, numbers in apart.items()}
    return table


def _metrics(candidates: Candidates, selections: dict[str, Selection]) -> dict[str, float]:
    return rank_metrics(candidates) | {
        f"{name}@{rule}": value
        for rule, selection in selections.items()
        for name, value in expected_metrics(candidates, selection).items()
    }


def _floors(
    candidates: Candidates, selections: dict[str, Selection], rng: np.random.Generator
) -> dict[str, float]:
    closed = {
        f"{name}@{rule}": value
        for rule, selection in selections.items()
        for name, value in selection_floor(candidates, selection).items()
    }
    return closed | simulated_floor(candidates, rng)
