"""Statements judged by measurements: holds, holds only under one protocol, does not hold.

A statement holds if the whole 95 % interval over systems lies on the stated side of its bound,
under both protocols where it is about F1. Where none does, it does not hold if one lies wholly on
the other side, and is undecided if all reach over the bound. What has been run under less than
half of the conditions that are planned for it and its rivals is not tested, nor is what is
said of the best of several rivals of which less than half have been run.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import Estimate, estimate, paired
from bench.analysis.leaderboard import PROTOCOLS
from bench.claims.evidence import Evidence, Found
from bench.config.statement import Statement
from bench.report.tables import limits, show

if TYPE_CHECKING:
    import pandas as pd

HOLDS, FAILS, UNDECIDED, UNTESTED = "holds", "does not hold", "undecided", "not tested"
ONLY = {
    "paper": "holds only under its protocol",
    "fair": "holds only under the fair protocol",
}
VERDICTS = (HOLDS, *ONLY.values(), FAILS, UNDECIDED, UNTESTED)


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
    own = evidence.find(asked, method, metric)
    value, name, planned = own.scores["value"], "", own.planned
    other: pd.Series | None = None
    if asked.versus:
        beside = replace(asked, **{"versus": {}, **asked.versus})
        rival = beside.methods[0] if "methods" in asked.versus else method
        apart = {
            k for k in {*asked.where, *beside.where} if asked.where.get(k) != beside.where.get(k)
        }
        name, other = "the other", _beside(own, evidence.find(beside, rival, metric), apart)
    elif isinstance(asked.against, list):
        rivals = _rivals(
            value, {name: evidence.find(asked, name, metric) for name in asked.against}
        )
        name, other = _hardest(value, rivals)
        planned = {
            k: own
            for k, own in planned.items()
            if all(k in rival.planned for rival in rivals.values())
        }
    elif asked.against is not None:
        name, other = asked.against, _bound(own.scores[asked.against])
    if other is not None:
        kept = value.index.intersection(other.index)
        value, other = value[kept], other[kept]
    problems = set(value.index.get_level_values("problem"))
    done = sum(not problems.isdisjoint(there) for there in planned.values())
    if not done or done < len(planned) / 2:
        return estimate([]), ""
    found, text = _level(value, metric) if other is None else _difference(value, other, name)
    part = f"; {done} of {len(planned)} conditions" if done < len(planned) else ""
    return found, text + part * bool(text)


def _rivals(value: pd.Series, each: Mapping[str, Found]) -> dict[str, Found]:
    """Return those that have run on more than half of it; none if they are less than half."""
    both = {name: value.index.isin(found.scores.index).sum() for name, found in each.items()}
    rivals = {name: each[name] for name, n in both.items() if n > 0.5 * len(value)}
    return rivals if len(rivals) >= 0.5 * len(each) else {}


def _hardest(value: pd.Series, rivals: Mapping[str, Found]) -> tuple[str, pd.Series]:
    """Return name and scores of the best of several rivals on what they have all run."""
    if not rivals:
        return "", value[:0]
    scores = {name: found.scores["value"] for name, found in rivals.items()}
    shared = functools.reduce(lambda a, b: a.intersection(b.index), scores.values(), value.index)
    name = min(scores, key=lambda name: paired(value[shared], scores[name]).mean)
    return name, scores[name][shared]


def _beside(own: Found, other: Found, apart: set[str]) -> pd.Series:
    """Return for each own score the mean of the other's under the same condition and seed.

    A condition is what both have of it, without what sets them `apart`, or has no value in common.
    """
    names = [name for name in own.places if name in other.places and name not in apart]
    names = [name for name in names if set(own.places[name]) & set(other.places[name])]
    here, there = (
        found.places[names]
        .assign(seed=found.scores.index.get_level_values("seed"))
        .reset_index(drop=True)
        for found in (own, other)
    )
    there["value"] = other.scores["value"].to_numpy()
    keys = [*names, "seed"]
    means = there.groupby(keys, dropna=False, as_index=False)["value"].mean()
    found = here.merge(means, how="left", on=keys)["value"]
    return found.set_axis(own.scores.index).dropna()


def _bound(bound: pd.Series) -> pd.Series:
    """Return floor or ceiling, for a run without a score the mean of the others'."""
    return bound.fillna(bound.groupby(level="simulator").transform("mean")).fillna(bound.mean())


def _level(value: pd.Series, metric: str) -> tuple[Estimate, str]:
    found = estimate(value.groupby(level="seed").mean()).within(*limits(metric))
    return found, show(found.mean, found.low, found.high)


def _difference(value: pd.Series, other: pd.Series, name: str) -> tuple[Estimate, str]:
    found = paired(value, other)
    if not found.n:
        return found, ""
    text = f"{value.mean():.2f} against {other.mean():.2f} ({name}); difference "
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
