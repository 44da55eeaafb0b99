"""The lag-unrolled series: one row per window, one column per variable and lag.

The columns of the past come first, cause by cause, with lag 1 first within a cause. Then comes the
present: `X0(t-1), X0(t-2), ..., X1(t-1), ..., X0(t), X1(t), ...`. Windows never cross a segment
border.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from methods.types.arrays import FloatArray
from methods.types.method import DeclinedError
from methods.types.series import TimeSeries

# Bounds the memory of one block; large enough that the matrix products dominate.
_CHUNK = 8192


def blocks(series: TimeSeries, max_lag: int) -> Iterator[FloatArray]:
    """Iterate over rows `[past, present]` of shape `(W, n_vars * (max_lag + 1))`."""
    for past, present in series.windows(max_lag, chunk=_CHUNK):
        yield np.hstack([past.reshape(len(past), -1), present])


def n_windows(series: TimeSeries, max_lag: int) -> int:
    """Return the number of rows over all segments."""
    return series.n_samples - max_lag * len(series.segments)


def complete_blocks(series: TimeSeries, max_lag: int) -> Iterator[FloatArray]:
    """Iterate over the rows of `blocks` that have every value."""
    for rows in blocks(series, max_lag):
        yield rows[np.isfinite(rows).all(axis=1)] if series.has_missing else rows


def gram(rows: FloatArray) -> FloatArray:
    """Return the second moments `Z'Z` of `Z = [1, rows]`, which add up over blocks of rows."""
    augmented = np.hstack([np.ones((len(rows), 1)), rows])
    return np.asarray(augmented.T @ augmented)


def correlation(moments: FloatArray) -> FloatArray:
    """Return the correlation of the columns from their `gram`, 0 for a constant column."""
    mean = moments[0, 1:] / moments[0, 0]
    second = moments[1:, 1:] / moments[0, 0]
    covariance = second - np.outer(mean, mean)
    variance = np.diag(covariance)
    # A variance below this is 0 up to rounding.
    varies = variance > 1e-12 * np.diag(second)
    weight = np.where(varies, 1 / np.sqrt(np.where(varies, variance, 1.0)), 0.0)
    return np.asarray(covariance * np.outer(weight, weight))


def pairwise_correlation(series: TimeSeries, max_lag: int) -> FloatArray:
    """Return the correlation of any two columns over the rows that have both, 0 without spread."""
    size = series.n_vars * (max_lag + 1)
    counts, sums, squares, products = np.zeros((4, size, size))
    for rows in blocks(series.standardized(), max_lag):
        seen = np.isfinite(rows).astype(np.float64)
        values = np.nan_to_num(rows)
        counts += seen.T @ seen
        sums += values.T @ seen  # sums of the row's column, over the rows that have both
        squares += (values**2).T @ seen
        products += values.T @ values
    counts = np.maximum(counts, 1.0)
    variance = squares / counts - (sums / counts) ** 2
    spread = np.sqrt(np.maximum(variance * variance.T, 0.0))
    covariance = products / counts - sums * sums.T / counts**2
    varies = spread > 1e-12
    return np.asarray(np.where(varies, covariance, 0.0) / np.where(varies, spread, 1.0))


def require_windows(series: TimeSeries, max_lag: int, who: str) -> None:
    """Raise DeclinedError unless there are more windows than columns of `[1, past, present]`."""
    columns, rows = series.n_vars * (max_lag + 1) + 1, n_windows(series, max_lag)
    if rows <= columns:
        raise DeclinedError(
            f"{who} needs more than {columns} windows for {series.n_vars} variables and max_lag "
            f"{max_lag}, found {rows}; lower max_lag or give a longer series"
        )


def require_independent(series: TimeSeries, max_lag: int, who: str) -> FloatArray:
    """Return the correlation of the columns, unless some are a linear function of others.

    A partial correlation or a causal order is not defined between such columns. Libraries answer
    with noise, an error or an endless loop. Where values are missing, the windows that have every
    value are looked at; if they are too few to tell, the relation is not looked for.

    Raises
    ------
    DeclinedError
        If there is an exact linear relation; the message names its variables.
    """
    moments = sum(gram(rows) for rows in complete_blocks(series.standardized(), max_lag))
    columns = correlation(np.asarray(moments))
    past = series.n_vars * max_lag
    too_few = series.has_missing and np.asarray(moments)[0, 0] <= len(columns) + 1
    involved = [] if too_few else dependent(columns)
    if not involved:
        return columns
    variables = sorted({k // max_lag if k < past else k - past for k in involved})
    raise DeclinedError(
        f"{who} needs linearly independent columns, found an exact linear relation among the "
        f"lagged values of {', '.join(series.names[v] for v in variables)}; drop one of them"
    )


def require_independent_variables(series: TimeSeries, who: str) -> None:
    """Raise DeclinedError if some variables are a linear function of others at every step.

    The cause among such variables cannot be told. A series of at most `n_vars + 1` steps is not
    checked, because it always has such a function.
    """
    if series.n_samples <= series.n_vars + 1:
        return
    steps = np.concatenate(series.standardized().segments)
    involved = dependent(steps.T @ steps / len(steps))
    if involved:
        raise DeclinedError(
            f"{who} needs linearly independent variables, found an exact linear relation among "
            f"{', '.join(series.names[v] for v in involved)}; drop one of them"
        )


def dependent(correlations: FloatArray) -> list[int]:
    """Return the columns of an exact linear relation, or an empty list if there is none."""
    values, vectors = np.linalg.eigh(correlations)
    # A smaller eigenvalue is 0 up to rounding, with a margin for the sums over time.
    if values[0] > 10 * len(values) * np.finfo(float).eps * values[-1]:
        return []
    return [int(k) for k in np.flatnonzero(np.abs(vectors[:, 0]) > 1e-3)]
