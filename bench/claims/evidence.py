"""Select the runs that a claim refers to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis import ExperimentResults
from bench.analysis.experiment import COST
from bench.analysis.intervals import SYSTEM
from bench.config import Cell, Claim
from bench.config.cell import canonical, value_text

if TYPE_CHECKING:
    import pandas as pd

STOPPED = "stopped"
"""Metric of a run that was killed at its limits or died; see `bench.config.claim`."""

_PARTS = ["value", "floor", "ceiling"]


@dataclass(frozen=True)
class Found:
    """The scores that a claim asks for.

    Parameters
    ----------
    scores
        `value`, `floor`, `ceiling` and `cpu_seconds` by simulator, condition and seed.
    places
        The condition of each score: simulator, n_samples and the grid point, as text.
    planned
        The planned conditions, whether they have a score or not.
    """

    scores: pd.DataFrame
    places: pd.DataFrame
    planned: frozenset[str]


@dataclass(frozen=True)
class Evidence:
    """All results that claims can refer to.

    Parameters
    ----------
    experiments
        The results of each experiment.
    cells
        The cells by key.
    usual
        The keys of the cells at the usual settings of their method.
    """

    experiments: Sequence[ExperimentResults]
    cells: Mapping[str, Cell]
    usual: set[str]

    def find(self, claim: Claim, method: str, metric: str) -> Found:
        """Return the scores of a method that a claim asks for.

        There are none where several variants of the method fit, because the claim does not say
        which is meant.
        """
        import pandas as pd

        columns = [*SYSTEM, "key", *_PARTS, COST]
        parts: list[pd.DataFrame] = []
        places: list[dict[str, str]] = []
        planned: set[str] = set()
        for experiment in self.experiments:
            if claim.experiment not in (None, experiment.name):
                continue
            chosen = self._chosen(experiment, claim, method)
            if chosen.empty:
                continue
            planned |= set(chosen["condition"])
            scores = _scores(experiment, chosen, metric).dropna(subset=["value"])
            if len(scores):
                parts.append(scores[columns])
                places += [_place(experiment, row) for row in scores.to_dict("records")]
        found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
        once = ~found.duplicated(["condition", "key"])  # a run that several experiments share
        found, where = found[once], pd.DataFrame(places, index=found.index, dtype=str)[once]
        if found.duplicated(SYSTEM).any():
            found, where = found[:0], where[:0]
        scores = found.set_index(SYSTEM)[[*_PARTS, COST]].astype(float)
        return Found(scores, where.set_axis(scores.index), frozenset(planned))

    def conditions(self, claim: Claim, method: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the experiment and the `where` of each condition that a claim refers to.

        A condition of several experiments is there once, for the first of them.
        """
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        for experiment in self.experiments:
            if claim.experiment not in (None, experiment.name):
                continue
            for row in self._chosen(experiment, claim, method).to_dict("records"):
                here = dict(experiment.points[row["simulator"], row["axes"]])
                here |= {name: row[name] for name in ("simulator", "n_samples")}
                where = {name: [value] for name, value in here.items()}
                found.setdefault(row["condition"], (experiment.name, where))
        return list(found.values())

    def _chosen(self, experiment: ExperimentResults, claim: Claim, method: str) -> pd.DataFrame:
        """Return the cells of an experiment that a claim asks for."""
        chosen = experiment.cells[experiment.cells["adapter"] == method]
        chosen = chosen.loc[[self._is(key, claim.parameters) for key in chosen["key"]]]
        for name, wanted in claim.where.items():
            if chosen.empty:
                break
            there = _column(experiment, chosen, name)
            allowed = _allowed(there, wanted)
            chosen = chosen.loc[[value in allowed for value in there]]
        return chosen

    def _is(self, key: str, parameters: Mapping[str, Any]) -> bool:
        """Whether the method of a cell has the given parameters, or else its usual ones."""
        if not parameters:
            return key in self.usual
        own = canonical(self.cells[key].all_method_params())
        return all(own.get(name) == value for name, value in canonical(parameters).items())


def _scores(experiment: ExperimentResults, chosen: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the rows of the chosen runs that hold a metric."""
    if metric in (COST, STOPPED):
        return _of_runs(chosen[chosen["status"] != "missing"], metric)
    rows = experiment.rows[experiment.rows["metric"] == metric.replace("fdr@", "precision@")]
    found = rows.merge(chosen[["key", "axes"]])
    if metric.startswith("fdr@"):
        found[_PARTS] = 1 - found[_PARTS].astype(float)
    return found


def _place(experiment: ExperimentResults, row: Mapping[Any, Any]) -> dict[str, str]:
    own = {**experiment.points[row["simulator"], row["axes"]]}
    own |= {name: row[name] for name in ("simulator", "n_samples")}
    return {name: value_text(value) for name, value in own.items()}


def _of_runs(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return what is known of a run rather than of its graph: no chance level, no oracle."""
    if metric == COST:
        value = runs[COST].where(runs["status"] == "ok")
    else:
        value = runs["status"].isin(["timeout", "out_of_memory", "crashed"])
    return runs.assign(value=value.astype(float), floor=math.nan, ceiling=math.nan)


def _column(experiment: ExperimentResults, cells: pd.DataFrame, name: str) -> list[Any]:
    """Return the value that each cell has of a column or an axis of the grid."""
    if name in cells:
        return list(cells[name])
    keys = zip(cells["simulator"], cells["axes"], strict=True)
    return [experiment.points[key].get(name) for key in keys]


def _allowed(there: Sequence[Any], wanted: Any) -> list[Any]:
    """Return the values that a condition allows."""
    if wanted in ("smallest", "largest"):
        known = [value for value in there if value is not None]
        ends = [min(known), max(known)] if known else []
        # Where only one was planned there are no ends to compare.
        return [] if not ends or ends[0] == ends[1] else [ends[wanted == "largest"]]
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
