"""From intervals to words, and Holm's correction over all of them.

A claim holds if the whole 95 % interval lies within its bounds, and does not hold if the whole
interval lies outside of them. A difference whose whole interval is within 0.02 of zero is equal,
whichever side of a bound at zero it is on. Where several rivals have to be beaten, each has to be.

Each of these decisions has a p-value: the level at which an end of the interval would touch the
bound. Of all decisions of a table, those count that remain after Holm's correction (Scandinavian
Journal of Statistics 6, 1979, jstor.org/stable/4615733); all others are undecided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.analysis import Estimate
from bench.analysis.intervals import LEVEL
from bench.claims.verdict import EQUAL, FAILS, HOLDS, SHOWN, UNDECIDED, UNTESTED
from bench.config import Claim
from bench.scoring.metrics import bounds

MARGIN = 0.02
"""Differences within this count as equal."""

_ROUNDING = 1e-9  # an interval that touches its bound has a p-value of 0.05


def decide(claim: Claim, found: Estimate) -> tuple[str, float]:
    """Return the word for one interval and its p-value, NaN where nothing is decided or open."""
    limits = _limits(claim)
    if not found.n:
        return UNTESTED, math.nan
    if not limits:
        return SHOWN, math.nan
    if math.isnan(found.low):
        return UNTESTED, math.nan
    levels = [found.p_value(limit) for limit in limits]
    if _can_be_equal(claim) and found.low >= -MARGIN and found.high <= MARGIN:
        return EQUAL, max(found.p_value(-MARGIN), found.p_value(MARGIN))
    if _within(claim, found.low) and _within(claim, found.high):
        return HOLDS, max(levels)
    # An interval outside of two bounds is beyond the nearer one, whose level is the larger.
    return (UNDECIDED if _overlaps(claim, found) else FAILS), max(levels)


def decide_all(decisions: Sequence[tuple[str, float]]) -> tuple[str, float]:
    """Return the one word on several rivals: a single one that is not beaten is enough."""
    words = {word for word, _ in decisions}
    if UNTESTED in words or SHOWN in words:
        return (UNTESTED if UNTESTED in words else SHOWN), math.nan
    if FAILS in words:
        # The rival was picked among several.
        least = min(level for word, level in decisions if word == FAILS)
        return FAILS, min(1.0, len(decisions) * least)
    most = max(level for _, level in decisions)
    if words == {HOLDS}:
        return HOLDS, most
    return (UNDECIDED if UNDECIDED in words else EQUAL), most


def holm(decisions: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the decisions of a table after Holm's correction, with the corrected p-values."""
    levels = [level for _, level in decisions if not math.isnan(level)]
    if not levels:
        return list(decisions)
    from statsmodels.stats.multitest import multipletests

    corrected = iter(multipletests(levels, method="holm")[1].tolist())
    return [
        (word, level) if math.isnan(level) else _kept(word, next(corrected))
        for word, level in decisions
    ]


def _kept(word: str, level: float) -> tuple[str, float]:
    return (word if level <= 1 - LEVEL + _ROUNDING else UNDECIDED), level


def _limits(claim: Claim) -> list[float]:
    each = (claim.above, claim.below, claim.at_least, claim.at_most)
    return [limit for limit in each if limit is not None]


def _can_be_equal(claim: Claim) -> bool:
    """Whether a claim compares two scores, with a bound at which they would be alike."""
    compares = claim.against is not None or bool(claim.versus)
    near = all(abs(limit) < MARGIN for limit in _limits(claim))
    return compares and near and math.isfinite(bounds(claim.metric)[1])


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
