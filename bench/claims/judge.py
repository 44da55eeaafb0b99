"""Judge claims by what was measured.

A claim holds if the whole 95 % interval over systems lies within its bounds, under every protocol
where it is about F1. It does not hold if the interval lies wholly outside of them. If it reaches
over a bound, the claim is undecided. A claim of which less than half of the planned conditions
have been run is not tested. Nor is a claim about the best of several baselines, if less than half
of these have been run.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.analysis.experiment import COST
from bench.analysis.intervals import Estimate, estimate, paired
from bench.claims.evidence import Evidence, Found
from bench.claims.verdict import (
    FAILS,
    HOLDS,
    SHOWN,
    UNDECIDED,
    UNTESTED,
    Reading,
    Verdict,
    holds_only,
)
from bench.config.claim import PROTOCOL_F1, Claim
from bench.config.protocol import shipped
from bench.scoring.metrics import bounds, difference_bounds, direction

if TYPE_CHECKING:
    import pandas as pd


def judge(claims: Sequence[Claim], evidence: Evidence) -> list[Verdict]:
    """Return the verdict on each claim, for each of its methods, and condition if it asks so."""
    return [
        verdict
        for claim in claims
        for method in claim.methods
        for verdict in _verdicts(claim, method, evidence)
    ]


def _verdicts(claim: Claim, method: str, evidence: Evidence) -> list[Verdict]:
    if not claim.each_condition:
        return [_verdict(claim, claim, method, evidence)]
    each = [
        _verdict(claim, replace(claim, experiment=name, where=where), method, evidence)
        for name, where in evidence.conditions(claim, method)
    ]
    # A claim on every condition concerns those on which its metric is defined.
    defined = [one for one in each if any(r.compared.n for r in one.readings.values())]
    return defined or [_verdict(claim, claim, method, evidence)]


def _verdict(claim: Claim, asked: Claim, method: str, evidence: Evidence) -> Verdict:
    """Judge what is `asked`: the claim itself, or its part on one condition."""
    if asked.metric == PROTOCOL_F1:
        metrics = {protocol: f"f1 {protocol}" for protocol in shipped()}
    else:
        metrics = {"": asked.metric}
    readings = {name: _read(asked, method, m, evidence) for name, m in metrics.items()}
    words = {name: _word(claim, reading.compared) for name, reading in readings.items()}
    experiment = asked.experiment or "all"
    return Verdict(claim, method, experiment, asked.where, readings, words, _joined(words))


def _word(claim: Claim, found: Estimate) -> str:
    """Return the verdict on one interval."""
    if not found.n:
        return UNTESTED
    limits = (claim.above, claim.below, claim.at_least, claim.at_most)
    if all(limit is None for limit in limits):
        return SHOWN
    if math.isnan(found.low):
        return UNTESTED
    if _within(claim, found.low) and _within(claim, found.high):
        return HOLDS
    return UNDECIDED if _overlaps(claim, found) else FAILS


def _within(claim: Claim, value: float) -> bool:
    return (
        (claim.above is None or value > claim.above)
        and (claim.below is None or value < claim.below)
        and (claim.at_least is None or value >= claim.at_least)
        and (claim.at_most is None or value <= claim.at_most)
    )


def _overlaps(claim: Claim, found: Estimate) -> bool:
    """Whether some of an interval that is not wholly within the bounds is within them."""
    low = max(claim.above if claim.above is not None else -math.inf, found.low)
    low = max(claim.at_least if claim.at_least is not None else -math.inf, low)
    high = min(claim.below if claim.below is not None else math.inf, found.high)
    high = min(claim.at_most if claim.at_most is not None else math.inf, high)
    return low < high or (low == high and _within(claim, low))


def _joined(words: Mapping[str, str]) -> str:
    """Return the one verdict of all protocols."""
    found = list(words.values())
    if UNTESTED in found:
        return UNTESTED
    if len(set(found)) == 1:
        return found[0]
    holding = [protocol for protocol, word in words.items() if word == HOLDS]
    if holding:
        return holds_only(holding[0])
    return FAILS


def _read(asked: Claim, method: str, metric: str, evidence: Evidence) -> Reading:
    """Return what was measured of a metric; nothing where too little was run."""
    own = evidence.find(asked, method, metric)
    name, other, planned = _rival(asked, method, metric, own, evidence)
    scores = own.scores
    if other is not None:
        kept = scores.index.intersection(other.index)
        scores, other = scores.loc[kept], other[kept]
    problems = set(scores.index.get_level_values("problem"))
    done = sum(not problems.isdisjoint(there) for there in planned.values())
    if not done or done < len(planned) / 2:
        return Reading(planned=len(planned))
    value, limits = scores["value"], bounds(metric)
    compared = value
    if asked.of_oracle:
        compared, limits = value / scores["ceiling"], (0.0, math.inf)
    if other is None:
        found = estimate(compared.groupby(level="seed").mean()).within(limits)
    else:
        found = paired(compared, other).within(difference_bounds(metric))
    return Reading(
        found,
        estimate(value.groupby(level="seed").mean()).within(bounds(metric)),
        name,
        math.nan if other is None else float(other.mean()),
        float(scores["floor"].mean()),
        float(scores["ceiling"].mean()),
        float(scores[COST].mean()),
        done,
        len(planned),
    )


def _rival(
    asked: Claim, method: str, metric: str, own: Found, evidence: Evidence
) -> tuple[str, pd.Series | None, Mapping[tuple[str, ...], set[str]]]:
    """Return what is subtracted, its name, and the conditions that count as planned."""
    if asked.versus:
        beside = replace(asked, **{"versus": {}, **asked.versus})
        rival = beside.methods[0] if "methods" in asked.versus else method
        names = {*asked.where, *beside.where}
        apart = {name for name in names if asked.where.get(name) != beside.where.get(name)}
        return "the other", _beside(own, evidence.find(beside, rival, metric), apart), own.planned
    if isinstance(asked.against, list):
        plain = replace(asked, parameters={})
        found = {name: evidence.find(plain, name, metric) for name in asked.against}
        rivals = _run_often(own.scores["value"], found)
        name, scores = _strongest(own.scores["value"], rivals, metric)
        planned = {
            condition: problems
            for condition, problems in own.planned.items()
            if all(condition in rival.planned for rival in rivals.values())
        }
        return name, scores, planned
    if asked.against in ("floor", "ceiling"):
        return asked.against, _bound(own.scores[asked.against]), own.planned
    if asked.against is not None:
        other = evidence.find(asked, method, asked.against)
        return asked.against, other.scores["value"], own.planned
    return "", None, own.planned


def _run_often(value: pd.Series, each: Mapping[str, Found]) -> dict[str, Found]:
    """Return the rivals that have run on more than half of it; none if they are less than half."""
    both = {name: value.index.isin(found.scores.index).sum() for name, found in each.items()}
    rivals = {name: each[name] for name, n in both.items() if n > 0.5 * len(value)}
    return rivals if len(rivals) >= 0.5 * len(each) else {}


def _strongest(
    value: pd.Series, rivals: Mapping[str, Found], metric: str
) -> tuple[str, pd.Series]:
    """Return name and scores of the best of several rivals on what they have all run."""
    if not rivals:
        return "", value[:0]
    scores = {name: found.scores["value"] for name, found in rivals.items()}
    shared = functools.reduce(lambda a, b: a.intersection(b.index), scores.values(), value.index)
    leads = {
        name: direction(metric) * paired(value[shared], other).mean
        for name, other in scores.items()
    }
    name = min(leads, key=lambda name: leads[name])
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
    """Return chance level or oracle; for a run without a score the mean of the others'."""
    return bound.fillna(bound.groupby(level="simulator").transform("mean")).fillna(bound.mean())
