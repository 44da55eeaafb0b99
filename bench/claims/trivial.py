"""How far methods get that know nothing of causes, on the systems of a claim."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.analysis import estimate
from bench.analysis.experiment import COST
from bench.analysis.trivial import TRIVIAL
from bench.claims.evidence import STOPPED, Evidence
from bench.config import Claim
from bench.scoring.metrics import direction

if TYPE_CHECKING:
    import pandas as pd


def best_trivial(
    asked: Claim, metric: str, systems: pd.Index, evidence: Evidence
) -> tuple[str, float]:
    """Return the best trivial method and its mean over the same systems.

    An empty name and NaN where none has a score on all of them, and for what is no score.
    """
    plain = replace(asked, parameters={})
    means = {}
    for name in () if metric in (COST, STOPPED) else TRIVIAL:
        value = evidence.find(plain, name, metric).scores["value"]
        if systems.isin(value.index).all():
            means[name] = estimate(value.loc[systems]).mean
    if not means:
        return "", math.nan
    best = max(means, key=lambda name: direction(metric) * means[name])
    return best, means[best]
