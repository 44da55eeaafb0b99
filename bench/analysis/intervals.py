"""The one interval of all tables, figures and claims: Student's, over systems.

It covers 88 to 95 % in place of 95 with five systems and 91 to 96 with ten, over normal, uniform,
two beta and exponential distributions. With three systems it is wide, and that is what three
systems are worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` systems with its 95 % interval; the ends are NaN below two systems."""

    mean: float
    low: float
    high: float
    n: int

    def within(self, bounds: tuple[float, float]) -> Estimate:
        """Return the interval, if there is one, cut to what the mean can be."""
        if math.isnan(self.low):
            return self
        lowest, highest = bounds
        return Estimate(self.mean, max(lowest, self.low), min(highest, self.high), self.n)

    def __str__(self) -> str:
        return show(self.mean, self.low, self.high)


def estimate(values: Any) -> Estimate:
    r"""Return the mean of one value per system and its interval; NaN are left out.

    .. math:: \bar x \pm t_{n - 1, 0.975} \, s / \sqrt n
    """
    from scipy import stats

    numbers = np.asarray(values, dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    n = len(numbers)
    if n < 2:
        return Estimate(float(numbers.mean()) if n else math.nan, math.nan, math.nan, n)
    mean, error = float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(n)
    if error == 0:  # where Student's distribution has no scale
        return Estimate(mean, mean, mean, n)
    low, high = stats.t.interval(_LEVEL, n - 1, loc=mean, scale=error)
    return Estimate(mean, float(low), float(high), n)


def paired(one: pd.Series, other: pd.Series) -> Estimate:
    """Return the mean of `one - other` over systems, its interval, and the number of pairs.

    Both are indexed alike, by what makes a pair, the last level being the seed. Pairs of which
    either value is missing are left out. Where a seed has several pairs (conditions, lengths),
    their mean is one value, because they share draws.
    """
    both = (one - other.reindex(one.index)).dropna()
    return estimate(both.groupby(level=-1).mean())


def show(mean: float, low: float, high: float, digits: int = 2) -> str:
    """Return a mean and its interval as text, `-` for NaN."""
    if math.isnan(mean):
        return "-"
    if math.isnan(low):
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
