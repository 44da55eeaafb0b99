"""Intervals over systems, paired differences of two methods, and average ranks.

An interval is a studentised bootstrap (bootstrap-t: Efron and Tibshirani, An Introduction to the
Bootstrap, 1993, section 12.5): the system means of B resamples are divided by their own standard
errors, and the quantiles of that ratio take the place of Student's. To the variance of a resample
that of the sample is added with the weight of a fifth of an observation. Without it, one odd
value among equal ones makes an interval without end, because a third of the resamples of five
have no spread. The variant was chosen for its coverage with few systems. Over normal, uniform,
two beta and exponential distributions, nominal 95 % came out as

    systems   percentile   Student     bootstrap-t
    5         78 to 85     88 to 95    91 to 95
    10        88 to 91     91 to 96    94 to 98

BCa takes its ends from the same means as the percentile interval, so its tails are as short.
Below five systems there are too few different resamples, and the interval is Student's.

Ranks follow Demsar, JMLR 7, 2006 (jmlr.org/papers/v7/demsar06a.html), equation numbers below.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulators.streams import stream

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 5
"""Systems from which on an interval is bootstrapped."""

_RESAMPLES = 2000
_TAILS = (0.025, 0.975)
_WEIGHT = 0.2


@dataclass(frozen=True)
class Estimate:
    """A mean over systems with its 95 % interval; ends are NaN below two systems."""

    mean: float
    low: float
    high: float
    n: int

    def within(self, lowest: float, highest: float) -> Estimate:
        """Return the interval, if there is one, cut to what the mean can be."""
        if math.isnan(self.low):
            return self
        return Estimate(self.mean, max(lowest, self.low), min(highest, self.high), self.n)


def estimate(values: Any) -> Estimate:
    """Return the mean of one value per system and its interval; NaN are left out.

    The same values give the same interval, whatever else was computed before.
    """
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    n, mean = len(numbers), float(numbers.mean()) if len(numbers) else math.nan
    if n < 2:
        return Estimate(mean, math.nan, math.nan, n)
    error = float(numbers.std(ddof=1)) / math.sqrt(n)
    few = n < FEWEST or error == 0
    low, high = _student(n - 1) if few else _bootstrapped(numbers, mean)
    return Estimate(mean, mean - high * error, mean - low * error, n)


def _bootstrapped(numbers: NDArray[np.float64], mean: float) -> tuple[float, float]:
    """Return the quantiles of the resamples' studentised means."""
    n = len(numbers)
    drawn = numbers[_resamples(n)]
    squares = ((drawn - drawn.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    variances = (squares + _WEIGHT * numbers.var(ddof=1)) / (n - 1 + _WEIGHT)
    ratios = (drawn.mean(axis=1) - mean) / np.sqrt(variances / n)
    low, high = np.quantile(ratios, _TAILS, method="inverted_cdf")
    return float(low), float(high)


@functools.cache
def _resamples(n: int) -> NDArray[np.intp]:
    """Return which systems each resample of n systems takes, `[resample, place]`."""
    return stream(0, "bootstrap", n).integers(0, n, (_RESAMPLES, n))


@functools.cache
def _student(freedom: int) -> tuple[float, float]:
    from scipy import stats

    low, high = stats.t.ppf(_TAILS, freedom)
    return float(low), float(high)


def paired(one: pd.Series, other: pd.Series) -> Estimate:
    """Return the mean of `one - other` over systems, its interval, and the number of pairs.

    Both are indexed alike, by what makes a pair, the last level being the seed. Pairs of which
    either value is missing are left out. Where a seed has several pairs (conditions, lengths),
    their mean is one value, because they share draws.
    """
    both = (one - other.reindex(one.index)).dropna()
    return estimate(both.groupby(level=-1).mean())


@dataclass(frozen=True)
class Ranks:
    """Average ranks of methods over systems.

    Parameters
    ----------
    average
        Average rank of each method, best (lowest) first; ties share their mean rank.
    n_systems
        Systems on which all of them have a score.
    p_value
        Of Friedman's test that all methods are alike; NaN below three methods or two systems.
    critical_difference
        Difference of two average ranks from which on two methods differ at the 5 % level
        (Nemenyi); NaN below two methods or systems.
    """

    average: pd.Series
    n_systems: int
    p_value: float
    critical_difference: float

    def groups(self) -> list[list[str]]:
        """Return the largest runs of methods, in order of rank, that do not differ.

        None where there is no critical difference.
        """
        if math.isnan(self.critical_difference):
            return []
        names, ranks = [str(name) for name in self.average.index], list(self.average)
        ends = [
            max(k for k in range(len(ranks)) if ranks[k] - first <= self.critical_difference)
            for first in ranks
        ]
        runs = [(k, end) for k, end in enumerate(ends) if k == 0 or end > ends[k - 1]]
        return [names[k : end + 1] for k, end in runs if end > k]


def average_ranks(scores: pd.DataFrame) -> Ranks:
    """Rank methods (columns) on each system (rows); higher is better.

    Systems on which a method has no score are left out for all of them, and are so no part of
    `n_systems`.
    """
    complete = scores.dropna()
    average = complete.rank(axis=1, ascending=False).mean().sort_values(kind="stable")
    n, k = complete.shape
    difference, p_value = math.nan, math.nan
    if n > 1 and k > 1:
        # Section 3.2.2: CD = q sqrt(k (k + 1) / (6 N)).
        difference = critical_value(k) * math.sqrt(k * (k + 1) / (6 * n))
    if n > 1 and k > 2 and (complete.nunique(axis=1) > 1).any():
        from scipy import stats

        p_value = float(stats.friedmanchisquare(*complete.to_numpy().T).pvalue)
    return Ranks(average, n, p_value, difference)


@functools.cache
def critical_value(k: int) -> float:
    """Return q of Nemenyi's test at 5 % for k methods: the studentised range over sqrt(2)."""
    from scipy import stats

    return float(stats.studentized_range.ppf(0.95, k, math.inf)) / math.sqrt(2)
