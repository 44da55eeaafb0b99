"""Judge claims by what was measured.

A claim holds if the whole 95 % interval over new systems of its conditions lies within its bounds,
under every protocol where it is about F1, and if that remains after Holm's correction over the
table of claims. It does not hold if the interval lies wholly outside of them. A difference of
which the whole interval is within 0.02 of zero is equal. All else is undecided: an interval that
reaches over a bound, or a decision that the correction takes back (`bench.claims.decide`).

Every condition counts once, also if two experiments have it. A difference is that of the two means
that are shown, over the same systems. A claim to beat the best of several rivals needs every one
beaten; rivals that were not run are named. A claim of which less than half of the planned
conditions have been run is not tested. Nor is a claim about the best of several rivals, if less
than half of these have been run.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.analysis import estimate
from bench.analysis.experiment import COST
from bench.analysis.intervals import CONDITIONS, pair
from bench.claims.decide import decide, decide_all, holm
from bench.claims.evidence import Evidence, Found
from bench.claims.trivial import best_trivial
from bench.claims.verdict import HOLDS, UNTESTED, Reading, Verdict
from bench.config import Claim
from bench.config.claim import PROTOCOL_F1
from bench.config.protocol import f1_of, shipped
from bench.scoring.metrics import bounds, direction

if TYPE_CHECKING:
    import pandas as pd


def judge(claims: Sequence[Claim], evidence: Evidence) -> list[Verdict]:
    """Return the verdict on each claim, for each of its methods, and condition if it asks so.

    Holm's correction is over all of them.
    """
    verdicts = [
        verdict
        for claim in claims
        for method in claim.methods
        for verdict in _verdicts(claim, method, evidence)
    ]
    readings = [reading for verdict in verdicts for reading in verdict.readings.values()]
    decided = iter(holm([(reading.word, reading.p_value) for reading in readings]))
    return [
        replace(
            verdict,
            readings={
                name: _with(reading, *next(decided)) for name, reading in verdict.readings.items()
            },
        )
        for verdict in verdicts
    ]


def _with(reading: Reading, word: str, p_value: float) -> Reading:
    return replace(reading, word=word, p_value=p_value)


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
        metrics = {protocol: f1_of(protocol) for protocol in shipped()}
    else:
        metrics = {"": asked.metric}
    readings = {name: _read(asked, method, m, evidence) for name, m in metrics.items()}
    return Verdict(claim, method, asked.experiment or "all", asked.where, readings)


@dataclass(frozen=True)
class _Rivals:
    """What is subtracted: scores by name, the conditions that count, and who was not run."""

    scores: Mapping[str, pd.Series]
    planned: frozenset[str]
    not_run: Sequence[str] = ()


def _read(asked: Claim, method: str, metric: str, evidence: Evidence) -> Reading:
    """Return what was measured of a metric; nothing where too little was run."""
    own = evidence.find(asked, method, metric)
    rivals = _rivals(asked, method, metric, own, evidence)
    subtracts = asked.against is not None or bool(asked.versus)
    kept = functools.reduce(
        lambda index, other: index.intersection(other.index),
        rivals.scores.values(),
        own.scores.index if rivals.scores or not subtracts else own.scores.index[:0],
    )
    scores = own.scores.loc[kept]
    done = len(rivals.planned & set(kept.get_level_values("condition")))
    if not done or done < len(rivals.planned) / 2:
        return Reading(not_run=rivals.not_run, planned=len(rivals.planned))
    levels = {part: estimate(scores[part]).mean for part in ("floor", "ceiling", COST)}
    trivial, trivial_score = best_trivial(asked, metric, kept, evidence)
    reading = Reading(
        trivial=trivial,
        trivial_score=trivial_score,
        floor=levels["floor"],
        ceiling=levels["ceiling"],
        cpu_seconds=levels[COST],
        not_run=rivals.not_run,
        conditions=done,
        planned=len(rivals.planned),
    )
    if subtracts:
        return _compared(asked, metric, scores["value"], rivals, reading)
    return _alone(asked, metric, scores, reading)


def _alone(asked: Claim, metric: str, scores: pd.DataFrame, reading: Reading) -> Reading:
    """Return the reading of a score, or of its share of an oracle's."""
    value, limits = scores["value"], bounds(metric)
    score = estimate(value, limits)
    if asked.of_oracle:
        value, limits = value / scores["ceiling"], (0.0, math.inf)
    found, anew = estimate(value, limits), estimate(value, limits, CONDITIONS)
    word, p_value = decide(asked, found)
    return replace(reading, word=word, p_value=p_value, compared=found, anew=anew, score=score)


def _compared(
    asked: Claim, metric: str, value: pd.Series, rivals: _Rivals, reading: Reading
) -> Reading:
    """Return the reading of a difference: to the strongest rival, decided by all of them."""
    pairs = {name: pair(value, other, bounds(metric)) for name, other in rivals.scores.items()}
    decisions = {name: decide(asked, both.difference) for name, both in pairs.items()}
    word, p_value = decide_all(list(decisions.values()))
    strongest = min(pairs, key=lambda name: direction(metric) * pairs[name].difference.mean)
    both = pairs[strongest]
    return replace(
        reading,
        word=word,
        p_value=p_value,
        compared=both.difference,
        anew=both.anew,
        score=both.one,
        rival=strongest,
        rival_score=both.other.mean,
        doubtful=[
            name
            for name, (said, _) in decisions.items()
            if name != strongest and said not in (HOLDS, UNTESTED)
        ],
    )


def _rivals(asked: Claim, method: str, metric: str, own: Found, evidence: Evidence) -> _Rivals:
    if asked.versus:
        beside = replace(asked, **{"versus": {}, **asked.versus})
        rival = beside.methods[0] if "methods" in asked.versus else method
        names = {*asked.where, *beside.where}
        apart = {name for name in names if asked.where.get(name) != beside.where.get(name)}
        other = _beside(own, evidence.find(beside, rival, metric), apart)
        return _Rivals({"the other": other}, own.planned)
    if isinstance(asked.against, list):
        return _best_of(asked, asked.against, metric, own, evidence)
    if asked.against in ("floor", "ceiling"):
        return _Rivals({asked.against: _bound(own.scores[asked.against])}, own.planned)
    if asked.against is not None:
        other = evidence.find(asked, method, asked.against).scores["value"]
        return _Rivals({asked.against: other}, own.planned)
    return _Rivals({}, own.planned)


def _best_of(
    asked: Claim, names: Sequence[str], metric: str, own: Found, evidence: Evidence
) -> _Rivals:
    """Return the rivals that have run on more than half of it; none if they are less than half."""
    plain = replace(asked, parameters={})
    found = {name: evidence.find(plain, name, metric) for name in names}
    index = own.scores.index
    often = {
        name: one
        for name, one in found.items()
        if index.isin(one.scores.index).sum() > 0.5 * len(index)
    }
    absent = [name for name in names if name not in often]
    if len(often) < 0.5 * len(names):
        return _Rivals({}, own.planned, absent)
    planned = functools.reduce(frozenset.intersection, (o.planned for o in often.values()))
    scores = {name: one.scores["value"] for name, one in often.items()}
    return _Rivals(scores, own.planned & planned, absent)


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
    filled = bound.fillna(bound.groupby(level="simulator").transform("mean")).fillna(bound.mean())
    return filled.dropna()
