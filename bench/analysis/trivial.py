"""How far methods get that know nothing of causes, and which systems they solve."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

TRIVIAL = ("correlation", "sortability", "persistence")
"""Methods that read marginal correlations, variances or self-links alone."""

MARGIN = 0.05
"""A trivial method that is this near to the best of all solves a system, if that is found at all:
if the best is further than this from chance."""


@dataclass(frozen=True)
class BestTrivial:
    """The best trivial method on a kind of system beside the best of all."""

    method: str
    score: float
    best: float
    chance: float

    @property
    def solves(self) -> bool:
        """Whether the system is trivially solvable."""
        return self.score >= self.best - MARGIN and self.best > self.chance + MARGIN


def best_trivial(means: Mapping[str, float], chance: float) -> BestTrivial | None:
    """Return how far trivial methods get, from the AUPRC of each method on one kind of system.

    `chance` is the AUPRC of a random ranking. None where no trivial method, or none but these,
    has a score.
    """
    known = {method: mean for method, mean in means.items() if not math.isnan(mean)}
    trivial = [method for method in TRIVIAL if method in known]
    if not trivial or len(trivial) == len(known):
        return None
    first = max(trivial, key=lambda method: known[method])
    return BestTrivial(first, known[first], max(known.values()), chance)
