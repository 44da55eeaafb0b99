"""Statements judged by measurements: holds, holds only under one protocol, does not hold.

A statement holds if the whole 95 % interval over systems lies on the stated side of its bound,
under both protocols where it is about F1. Where none does, it does not hold if one lies wholly on
the other side, and is undecided if all reach over the bound. What has not been run is not tested,
nor is what is said of the best of several rivals of which less than half have been run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.cells import Cell, canonical
from bench.report.page.leaderboard import PROTOCOLS
from bench.report.page.section import COST, Section
from bench.report.tables import limits, show
from bench.statements import Statement
from bench.statistics import Estimate, estimate, paired

if TYPE_CHECKING:
    import pandas as pd

HOLDS, FAILS, UNDECIDED, UNTESTED = "holds", "does not hold", "undecided", "not tested"
ONLY = {
    "paper": "holds only under its protocol",
    "fair": "holds only under the fair protocol",
}
VERDICTS = (HOLDS, *ONLY.values(), FAILS, UNDECIDED, UNTESTED)

STOPPED = "stopped"
"""Metric of a run that was killed at its limits or died; see `bench.statements`."""

_INDEX = ["simulator", "axes", "n_samples", "seed"]


@dataclass(frozen=True)
class Evidence:
    """What statements are judged by: the sections, and the cells by key."""

    sections: Sequence[Section]
    cells: Mapping[str, Cell]
    usual: set[str]

    def values(self, asked: Statement, method: str, metric: str) -> pd.DataFrame:
        """Return value, floor and ceiling of the runs that a statement asks for.

        Indexed by condition and seed; empty where nothing fits.
        """
        import pandas as pd

        sections = [s for s in self.sections if asked.experiment in (None, s.name)]
        parts = [self._rows(section, asked, method, metric) for section in sections]
        columns = [*_INDEX, "value", "floor", "ceiling"]
        found = pd.concat(parts) if parts else pd.DataFrame(columns=columns)
        found = found.dropna(subset=["value"]).drop_duplicates(_INDEX)
        return found.set_index(_INDEX)[["value", "floor", "ceiling"]].astype(float)

    def _rows(self, section: Section, asked: Statement, method: str, metric: str) -> pd.DataFrame:
        # The label of a method begins with its name; what its variants differ in follows.
        named = section.cells["method"].str.split(" ").str[0] == method
        chosen = section.cells[named]
        chosen = chosen.loc[[self._is(key, asked.parameters) for key in chosen["key"]]]
        for name, wanted in asked.where.items():
            there = _column(section, chosen, name)
            allowed = _ends(there, wanted)
            chosen = chosen.loc[[value in allowed for value in there]]
        if metric in (COST, STOPPED):
            return _of_runs(chosen[chosen["status"] != "missing"], metric)
        rows = section.rows[section.rows["metric"] == metric]
        return rows.merge(chosen[["key", "axes"]])

    def _is(self, key: str, parameters: Mapping[str, Any]) -> bool:
        """Whether the method of a cell has the given parameters, or else its usual ones."""
        if not parameters:
            return key in self.usual
        own = canonical(self.cells[key].method_params)
        return all(own.get(name) == value for name, value in canonical(parameters).items())


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


def judge(statements: Sequence[Statement], evidence: Evidence) -> pd.DataFrame:
    """Return one row per statement and judged method.

    Columns: says, reported, experiment, method, verdict, and for each of the protocols `paper`
    and `fair` the text of the numbers, and mean, low, high and n of what is compared with the
    bound. A metric other than F1 is the same under both.
    """
    import pandas as pd

    rows = []
    for statement in statements:
        for method in statement.methods:
            f1 = statement.metric == "f1"
            found = {
                name: _compare(statement, method, metric if f1 else statement.metric, evidence)
                for name, metric in PROTOCOLS.items()
            }
            rows.append(_row(statement, method, found))
    return pd.DataFrame(rows)


def _compare(
    asked: Statement, method: str, metric: str, evidence: Evidence
) -> tuple[Estimate, str]:
    """Return what is compared with the bound, and the numbers behind it as text."""
    own = evidence.values(asked, method, metric)
    value, seeds = own["value"], own["value"].groupby(level="seed").mean()
    if asked.versus:
        other = replace(asked, **{"versus": {}, **asked.versus})
        rival = other.methods[0] if "methods" in asked.versus else method
        values = evidence.values(other, rival, metric)["value"]
        # Other conditions have no pairs of their own: they pair by seed.
        if {"where", "experiment"} & set(asked.versus):
            value, values = seeds, values.groupby(level="seed").mean()
        return _difference(value, values, "the other")
    if isinstance(asked.against, list):
        each = {name: evidence.values(asked, name, metric)["value"] for name in asked.against}
        # One that has run on a few easy conditions only is no rival on all of them.
        shared = {name: value.index.isin(scores.index).sum() for name, scores in each.items()}
        each = {n: scores for n, scores in each.items() if shared[n] > 0.5 * len(value)}
        if not each or len(each) < 0.5 * len(asked.against):
            return estimate([]), ""
        hardest = min(each, key=lambda name: paired(value, each[name]).mean)
        return _difference(value, each[hardest], hardest)
    if asked.against is not None:
        return _difference(value, own[asked.against], asked.against)
    found = estimate(seeds)
    low, high = (float(np.clip(end, *limits(metric))) for end in (found.low, found.high))
    return found, show(found.mean, low, high) if found.n else ""


def _difference(value: pd.Series, other: pd.Series, name: str) -> tuple[Estimate, str]:
    found, both = paired(value, other), value.index.intersection(other.index)
    if not found.n:
        return found, ""
    text = f"{value[both].mean():.2f} against {other[both].mean():.2f} ({name}); difference "
    return found, text + show(found.mean, found.low, found.high)


def _row(
    asked: Statement, method: str, found: Mapping[str, tuple[Estimate, str]]
) -> dict[str, Any]:
    held = {name: _holds(asked, number) for name, (number, _) in found.items()}
    row: dict[str, Any] = {"says": asked.says, "reported": asked.reported}
    open_ = {
        name: bool(text) and held[name] is False and _reaches(asked, number)
        for name, (number, text) in found.items()
    }
    row |= {"experiment": asked.experiment or "all", "method": method}
    row["verdict"] = _verdict(held, all(open_.values()))
    for name, (number, text) in found.items():
        row[name] = text + ", undecided" * open_[name]
        row |= {f"{name}_{key}": part for key, part in vars(number).items()}
    return row


def _limits(asked: Statement) -> tuple[float, float]:
    low = -math.inf if asked.above is None else asked.above
    return low, math.inf if asked.below is None else asked.below


def _holds(asked: Statement, found: Estimate) -> bool | None:
    """Whether the interval lies within the bounds; None without an interval."""
    if math.isnan(found.low):
        return None
    low, high = _limits(asked)
    return low < found.low and found.high < high


def _reaches(asked: Statement, found: Estimate) -> bool:
    low, high = _limits(asked)
    return found.high > low and found.low < high


def _verdict(held: Mapping[str, bool | None], undecided: bool) -> str:
    if None in held.values():
        return UNTESTED
    if all(held.values()):
        return HOLDS
    neither = UNDECIDED if undecided else FAILS
    return next((ONLY[name] for name in ONLY if held.get(name)), neither)
