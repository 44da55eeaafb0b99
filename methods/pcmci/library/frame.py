"""A series as tigramite's data frame, and the inputs its partial correlation does not take."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from methods.common.lagged import n_windows, require_independent
from methods.types.arrays import FloatArray
from methods.types.method import DeclinedError
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame


def frame_of(series: TimeSeries, max_lag: int, who: str) -> DataFrame:
    """Return the segments of the series as one data frame of tigramite.

    The library drops the first `2 * max_lag` rows of every segment, so that all tests use the same
    rows. Segments of at most this length are left out. Of a series with missing values each test
    uses the rows that have every value it needs.

    Raises
    ------
    DeclinedError
        If too few rows are left, or some columns are an exact linear function of others. The
        message begins with `who`.
    """
    from tigramite.data_processing import DataFrame

    segments = _usable(series, max_lag, who)
    options: dict[str, Any] = {"var_names": list(series.names)}
    if series.has_missing:
        options["missing_flag"] = np.inf  # a value that a series never has
        segments = [np.where(np.isnan(segment), np.inf, segment) for segment in segments]
    if len(segments) == 1:
        return DataFrame(segments[0], **options)
    return DataFrame(dict(enumerate(segments)), analysis_mode="multiple", **options)


def _usable(series: TimeSeries, max_lag: int, who: str) -> list[FloatArray]:
    """Return the segments the library can use, or decline with the reason."""
    segments = [segment for segment in series.segments if len(segment) > 2 * max_lag]
    rows = min(_rows_of_pairs(segments, max_lag), default=0)
    if rows < series.n_vars + 3:
        raise DeclinedError(
            f"{who} needs at least {series.n_vars + 3} rows after the first 2 * max_lag = "
            f"{2 * max_lag} of each segment, found {rows}; lower max_lag or give a longer series"
        )
    # With fewer windows than columns some relation is always exact and means nothing.
    if n_windows(series, max_lag) > series.n_vars * (max_lag + 1) + 1:
        require_independent(series, max_lag, who)
    return segments


def _rows_of_pairs(segments: list[FloatArray], max_lag: int) -> list[int]:
    """Return the number of rows with both values, for any two variables at any lag."""
    cut, found = 2 * max_lag, []
    for lag in range(max_lag + 1):
        seen = [np.isfinite(segment).astype(np.float64) for segment in segments]
        counts = [s[cut - lag : len(s) - lag].T @ s[cut:] for s in seen]
        if counts:
            found.append(int(np.sum(counts, axis=0).min()))
    return found


@contextmanager
def no_spread_declines(who: str) -> Iterator[None]:
    """Raise DeclinedError where a constant would give a correlation of NaN.

    The library itself would go on with the NaN.
    """
    from scipy.stats import DegenerateDataWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", DegenerateDataWarning)
        try:
            yield
        except DegenerateDataWarning:
            raise DeclinedError(
                f"{who} needs variables that still vary once the first 2 * max_lag rows are "
                "dropped and the conditions are regressed out; lower max_lag or give more rows"
            ) from None
