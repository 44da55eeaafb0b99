"""What statements are judged by: the scores of the runs that they ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import COST, PROBLEM, Section
from bench.config.cell import Cell, canonical
from bench.config.statement import Statement

if TYPE_CHECKING:
    import pandas as pd

STOPPED = "stopped"
"""Metric of a run that was killed at its limits or died; see `bench.config.statement`."""


@dataclass(frozen=True)
class Found:
    """The scores that a statement asks for.

    Parameters
    ----------
    scores
        `value`, `floor` and `ceiling` by simulator, problem and seed.
    places
        The condition of each: simulator, n_samples and the grid point, as text.
    planned
        The problems of each planned condition, whether they have a score or not.
    """

    scores: pd.DataFrame
    places: pd.DataFrame
    planned: Mapping[tuple[str, ...], set[str]]


@dataclass(frozen=True)
class Evidence:
    """What statements are judged by: the sections, and the cells by key."""

    sections: Sequence[Section]
    cells: Mapping[str, Cell]
    usual: set[str]

    def find(self, asked: Statement, method: str, metric: str) -> Found:
        """Return the scores that a statement asks for.

        There are none where several variants of a method fit, because it does not say which.
        """
        import pandas as pd

        columns = [*PROBLEM, "key", "value", "floor", "ceiling"]
        parts: list[pd.DataFrame] = []
        places: list[dict[str, str]] = []
        planned: dict[tuple[str, ...], set[str]] = {}
        for section in self.sections:
            if asked.experiment not in (None, section.name):
                continue
            chosen = self._chosen(section, asked, method)
            for keys, group in chosen.groupby(["simulator", "axes", "n_samples"]):
                planned[(section.name, *map(str, keys))] = set(group["problem"])
            scores = _scores(section, chosen, metric).dropna(subset=["value"])
            parts += [scores[columns]] * bool(len(scores))
            places += [_place(section, row) for row in scores.to_dict("records")]
        found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
        once = ~found.duplicated([*PROBLEM, "key"])  # a run that several experiments share
        found, where = found[once], pd.DataFrame(places, index=found.index, dtype=str)[once]
        if found.duplicated(PROBLEM).any():
            found, where = found[:0], where[:0]
        scores = found.set_index(PROBLEM)[["value", "floor", "ceiling"]].astype(float)
        return Found(scores, where.set_axis(scores.index), planned)

    def _chosen(self, section: Section, asked: Statement, method: str) -> pd.DataFrame:
        """Return the cells of a section that a statement asks for."""
        # The label of a method begins with its name; what its variants differ in follows.
        named = section.cells["method"].str.split(" ").str[0] == method
        chosen = section.cells[named]
        chosen = chosen.loc[[self._is(key, asked.parameters) for key in chosen["key"]]]
        for name, wanted in asked.where.items():
            there = _column(section, chosen, name)
            allowed = _ends(there, wanted)
            chosen = chosen.loc[[value in allowed for value in there]]
        return chosen

    def _is(self, key: str, parameters: Mapping[str, Any]) -> bool:
        """Whether the method of a cell has the given parameters, or else its usual ones."""
        if not parameters:
            return key in self.usual
        own = canonical(self.cells[key].method_params)
        return all(own.get(name) == value for name, value in canonical(parameters).items())


def _scores(section: Section, chosen: pd.DataFrame, metric: str) -> pd.DataFrame:
    if metric in (COST, STOPPED):
        return _of_runs(chosen[chosen["status"] != "missing"], metric)
    rows = section.rows[section.rows["metric"] == metric]
    return rows.merge(chosen[["key", "axes"]])


def _place(section: Section, row: Mapping[Any, Any]) -> dict[str, str]:
    own = {**section.points[row["simulator"], row["axes"]]}
    own |= {name: row[name] for name in ("simulator", "n_samples")}
    return {name: str(value) for name, value in own.items()}


def _of_runs(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return what is known of a run rather than of its graph; it has neither floor nor ceiling."""
    if metric == COST:
        value = runs[COST].where(runs["status"] == "ok")
    else:
        value = runs["status"].isin(["timeout", "out_of_memory", "crashed"])
    return runs.assign(value=value.astype(float), floor=math.nan, ceiling=math.nan)


def _column(section: Section, cells: pd.DataFrame, name: str) -> list[Any]:
    """Return the value that each cell has of a column or an axis of the grid."""
    if name in cells:
        return list(cells[name])
    keys = zip(cells["simulator"], cells["axes"], strict=True)
    return [section.points[key].get(name) for key in keys]


def _ends(there: Sequence[Any], wanted: Any) -> list[Any]:
    """Return the values that a condition allows."""
    if wanted in ("smallest", "largest"):
        known = {value for value in there if value is not None}
        # Where only one was planned there are no ends to compare.
        return [] if len(known) < 2 else [min(known) if wanted == "smallest" else max(known)]
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]
