"""The forecastable steps of a series, with features of their past computed block by block."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from methods.regimes.evidence import Forecaster
from methods.types.arrays import FloatArray, IntArray
from methods.types.series import TimeSeries

_LARGEST = 4.0  # standard deviations; a larger value would weigh as much as a regime
_FREQUENCY = 2.0  # radians per standard deviation: half a period between low and high values
_MOST_WITH_FOURIER = 300  # features; with more, sines and cosines take too much time
_MOST_FEATURES = 1000  # with more, only the nearest lags are features: time is quadratic
_CHUNK = 4096  # steps held in memory at once


@dataclass(frozen=True, eq=False)
class Steps:
    """All steps with a full window before them, segment after segment.

    Parameters
    ----------
    tokens
        For each segment the description of each row, shape `(T_k, width)`: the standardised
        values and, where features are few enough, their sines and cosines.
    n_vars, max_lag
        Number of variables, and length of the window (steps).
    lags
        The features are the tokens at lags `1..lags`, of the `max_lag` there are.
    """

    tokens: tuple[FloatArray, ...]
    n_vars: int
    max_lag: int
    lags: int

    @classmethod
    def of(cls, series: TimeSeries, max_lag: int) -> Self:
        """Take the steps of a series whose segments have more than `max_lag` rows."""
        values = [np.clip(s, -_LARGEST, _LARGEST) for s in series.standardized().segments]
        if 3 * series.n_vars * max_lag <= _MOST_WITH_FOURIER:
            values = [
                np.hstack([v, np.sin(_FREQUENCY * v), np.cos(_FREQUENCY * v)]) for v in values
            ]
        lags = min(max_lag, max(1, _MOST_FEATURES // series.n_vars))
        return cls(tuple(values), series.n_vars, max_lag, lags)

    @property
    def lengths(self) -> IntArray:
        """Number of steps in each segment."""
        return np.array([len(rows) - self.max_lag for rows in self.tokens])

    def blocks(self, size: int = _CHUNK) -> Iterator[FloatArray]:
        """Iterate over blocks of about `size` steps that stay within their segment.

        Yields
        ------
        ndarray
            Shape `(W, p + n_vars)`: 1, the tokens at lags `1..lags`, and the values.
        """
        for rows, length in zip(self.tokens, self.lengths, strict=True):
            edges = np.linspace(0, length, max(1, round(length / size)) + 1).astype(np.int64)
            for start, stop in itertools.pairwise(edges + self.max_lag):
                now, *past = [rows[start - l : stop - l] for l in range(self.lags + 1)]
                yield np.hstack([np.ones((stop - start, 1)), *past, now[:, : self.n_vars]])

    def forecasters(self, labels: IntArray) -> list[Forecaster]:
        """Return the forecaster of the steps of each label `0..R - 1`, all of which occur."""
        width = 1 + self.tokens[0].shape[1] * self.lags + self.n_vars
        moments = np.zeros((int(labels.max()) + 1, width, width))
        start = 0
        for block in self.blocks():
            present = labels[start : start + len(block)]
            start += len(block)
            for label in np.unique(present):
                chosen = block[present == label]
                moments[label] += chosen.T @ chosen
        return [Forecaster(m, self.n_vars) for m in moments]
