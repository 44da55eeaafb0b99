"""Shadows: one input per series that is as tempting as a real one and causes nothing.

A shadow follows the forecasts of its series and adds what was left of them at another time. It
thus goes with the causes of its series as the series itself does, and with everything that
these cause in turn, but nothing listens to it: given the series, it says nothing of the present.
What is scored for shadows is what is scored for nothing.

The idea is that of knockoffs (Barber and Candes, 2015, doi 10.1214/15-AOS1337), which are drawn
from a joint law of all inputs that a series of unknown dynamics does not give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from methods.types.arrays import FloatArray

_FUNCTIONS = 5  # x, sin x, cos x, sin 2x, cos 2x
_MOST = 1_000  # most functions of all lagged inputs; with more only x itself
_CHUNK = 16_384  # windows held in memory at once


def shadows(segments: Sequence[FloatArray], max_lag: int) -> list[FloatArray]:
    """Return one shadow per series, arrays of the same shapes as the segments.

    Parameters
    ----------
    segments
        Standardised, shape `(T_k, n_vars)`.
    max_lag
        Steps that a forecast sees.

    Notes
    -----
    The forecasts are those of a ridge regression on smooth functions of every lagged value. What
    they leave is turned within its segment by half its length. The first `max_lag` steps, which
    have no forecast, are those of the turned series.
    """
    n = segments[0].shape[1]
    waves = n * max_lag * _FUNCTIONS <= _MOST
    size = 1 + n * max_lag * (_FUNCTIONS if waves else 1)
    gram, cross = np.eye(size), np.zeros((size, n))
    for segment in segments:
        for design, present in _windows(segment, max_lag, waves):
            gram += design.T @ design
            cross += design.T @ present
    fit: FloatArray = np.linalg.solve(gram, cross).astype(np.float64, copy=False)
    return [_shadow(segment, max_lag, waves, fit) for segment in segments]


def _shadow(segment: FloatArray, max_lag: int, waves: bool, fit: FloatArray) -> FloatArray:
    forecast = np.concatenate([design @ fit for design, _ in _windows(segment, max_lag, waves)])
    left = segment[max_lag:] - forecast
    turned = np.roll(segment, len(segment) // 2, axis=0)[:max_lag]
    return np.concatenate([turned, forecast + np.roll(left, len(left) // 2, axis=0)])


def _windows(
    segment: FloatArray, max_lag: int, waves: bool
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Iterate over functions of the lagged values, after a constant, and the present values."""
    functions = segment
    if waves:
        sin, cos = np.sin(segment), np.cos(segment)
        functions = np.hstack([segment, sin, cos, 2 * sin * cos, 1 - 2 * sin * sin])
    for start in range(max_lag, len(segment), _CHUNK):
        stop = min(start + _CHUNK, len(segment))
        lagged = [functions[start - lag : stop - lag] for lag in range(1, max_lag + 1)]
        yield np.hstack([np.ones((stop - start, 1)), *lagged]), segment[start:stop]
