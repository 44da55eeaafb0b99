"""Surrogates: further inputs, which depend on the same causes as a series and cause nothing.

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


def surrogates(segments: Sequence[FloatArray], max_lag: int, copies: int = 1) -> list[FloatArray]:
    """Return the surrogates of each series, arrays of shape `(T_k, copies * n_vars)`.

    The forecasts are those of a ridge regression on smooth functions of every lagged value. Their
    residuals are rotated within each segment, by a part of its length that is another one for each
    copy, and half for a single one. The first `max_lag` steps, which have no forecast, are those
    of the rotated series.

    Parameters
    ----------
    segments
        Standardised, shape `(T_k, n_vars)`.
    max_lag
        Steps that a forecast sees.
    copies
        Surrogates per series.
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
    return [_of_segment(segment, max_lag, smooth, fit, copies) for segment in segments]


def _of_segment(
    segment: FloatArray, max_lag: int, smooth: bool, fit: FloatArray, copies: int
) -> FloatArray:
    forecast = np.concatenate([design @ fit for design, _ in _windows(segment, max_lag, smooth)])
    residuals = segment[max_lag:] - forecast

    def rotated(rows: FloatArray, copy: int) -> FloatArray:
        return np.roll(rows, len(rows) * copy // (copies + 1), axis=0)

    return np.hstack(
        [
            np.concatenate([rotated(segment, k)[:max_lag], forecast + rotated(residuals, k)])
            for k in range(1, copies + 1)
        ]
    )


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
