"""Trend, season, level and tails taken out of one unit's rows, NaN where a value is missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError


class Adjust(NamedTuple):
    """What to take out of every variable of every unit, in this order.

    Parameters
    ----------
    difference
        Replace every value by its difference from the one a step before.
    detrend
        Take out the straight line by least squares.
    deseason
        Take out the mean of each place in a season of so many steps (at least 2). With `detrend`
        line and season are fitted together.
    normal_scores
        Replace every value by the normal quantile of its rank: of rank `r` among `T` by that of
        `r / (T + 1)` (van der Waerden, 1952). Of a monotone effect the direction stays, and no
        value is far out any more.
    """

    difference: bool = False
    detrend: bool = False
    deseason: int | None = None
    normal_scores: bool = False


def adjusted(values: FloatArray, steps: IntArray, how: Adjust) -> tuple[FloatArray, IntArray]:
    """Return the values `(T, n_vars)` so adjusted, and their step numbers `(T,)`.

    A difference is there only for a step that has a row before it.

    Raises
    ------
    ValueError
        If the rows do not cover two seasons.
    """
    if how.difference:
        follows = np.flatnonzero(np.diff(steps) == 1) + 1
        values, steps = values[follows] - values[follows - 1], steps[follows]
        if len(steps) == 0:
            raise InputError("difference: expected rows one step apart, found none; leave it out")
    if how.detrend or how.deseason is not None:
        season = np.zeros(len(steps), dtype=np.int64)
        if how.deseason is not None:
            _check_period(how.deseason, steps)
            season = (steps - steps[0]) % how.deseason
        values = np.column_stack([_rest(x, steps, season, how.detrend) for x in values.T])
    if how.normal_scores:
        values = np.column_stack([_normal_scores(column) for column in values.T])
    return values, steps


def _normal_scores(column: FloatArray) -> FloatArray:
    from scipy.stats import norm, rankdata

    ranks = rankdata(column, nan_policy="omit")
    return np.asarray(norm.ppf(ranks / (np.isfinite(column).sum() + 1)))


def _check_period(period: int, steps: IntArray) -> None:
    if period < 2:
        raise InputError(f"deseason: expected a period of at least 2 steps, found {period}")
    length = int(steps[-1] - steps[0]) + 1
    if length < 2 * period:
        raise InputError(
            f"deseason: expected at least two seasons of {period} steps, found {length} steps; "
            "leave it out or give a longer series"
        )


def _rest(column: FloatArray, steps: IntArray, season: IntArray, detrend: bool) -> FloatArray:
    """Return the residuals of a fit to a mean for each place in the season, and a line.

    Within the places of the season, the slope of the residuals on the time is that of the joint
    fit (Frisch and Waugh, Econometrica 1, 1933, DOI 10.2307/1907330).
    """
    seen = np.isfinite(column)
    rest = _centred(column, season, seen)
    if detrend:
        time = _centred(steps.astype(np.float64), season, seen)
        square = float(time[seen] @ time[seen])
        if square > 0:
            rest = rest - time * float(time[seen] @ rest[seen]) / square
    return rest


def _centred(column: FloatArray, season: IntArray, seen: np.ndarray) -> FloatArray:
    """Return the column minus its mean at the same place in the season."""
    counts = np.bincount(season[seen], minlength=season.max() + 1)
    sums = np.bincount(season[seen], weights=column[seen], minlength=season.max() + 1)
    means = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return np.asarray(column - means[season])
