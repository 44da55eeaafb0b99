"""Surrogates: one further input per series, which depends on the same causes and causes nothing.

A surrogate is the forecast of its series plus the residuals of another time. So it depends on the
causes of its series as the series itself does, and correlates with everything that these cause,
but nothing depends on it: given the series, it says nothing of the present. Whatever score the
surrogates get is the null distribution of a score.

The idea is that of knockoffs (Barber and Candes, 2015, doi 10.1214/15-AOS1337). Those are drawn
from the joint distribution of all inputs, which is not known for a series of unknown dynamics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from methods.types.arrays import FloatArray

_FUNCTIONS = 5  # x, sin x, cos x, sin 2x, cos 2x
_MOST = 1_000  # most functions of all lagged inputs; with more only x itself
_CHUNK = 16_384  # windows held in memory at once


def surrogates(segments: Sequence[FloatArray], max_lag: int) -> list[FloatArray]:
    """Return one surrogate per series, arrays of the same shapes as the segments.

    The forecasts are those of a ridge regression on smooth functions of every lagged value. Their
    residuals are rotated within each segment by half its length. The first `max_lag` steps, which
    have no forecast, are those of the rotated series.

    Parameters
    ----------
    segments
        Standardised, shape `(T_k, n_vars)`.
    max_lag
        Steps that a forecast sees.
    """
    n = segments[0].shape[1]
    smooth = n * max_lag * _FUNCTIONS <= _MOST
    size = 1 + n * max_lag * (_FUNCTIONS if smooth else 1)
    gram, cross = np.eye(size), np.zeros((size, n))
    for segment in segments:
        for design, present in _windows(segment, max_lag, smooth):
            gram += design.T @ design
            cross += design.T @ present
    fit: FloatArray = np.linalg.solve(gram, cross).astype(np.float64, copy=False)
    return [_surrogate(segment, max_lag, smooth, fit) for segment in segments]


def _surrogate(segment: FloatArray, max_lag: int, smooth: bool, fit: FloatArray) -> FloatArray:
    forecast = np.concatenate([design @ fit for design, _ in _windows(segment, max_lag, smooth)])
    residuals = segment[max_lag:] - forecast
    first = np.roll(segment, len(segment) // 2, axis=0)[:max_lag]
    return np.concatenate([first, forecast + np.roll(residuals, len(residuals) // 2, axis=0)])


def _windows(
    segment: FloatArray, max_lag: int, smooth: bool
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Iterate over functions of the lagged values, after a constant, and the present values."""
    functions = segment
    if smooth:
        sin, cos = np.sin(segment), np.cos(segment)
        functions = np.hstack([segment, sin, cos, 2 * sin * cos, 1 - 2 * sin * sin])
    for start in range(max_lag, len(segment), _CHUNK):
        stop = min(start + _CHUNK, len(segment))
        lagged = [functions[start - lag : stop - lag] for lag in range(1, max_lag + 1)]
        yield np.hstack([np.ones((stop - start, 1)), *lagged]), segment[start:stop]
