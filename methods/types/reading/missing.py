"""Missing values and missing steps: stretches cut, kept with NaN, or filled."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from methods.types.arrays import BoolArray, FloatArray, IntArray
from methods.types.errors import InputError
from methods.types.reading.notes import Notes

Missing = Literal["refuse", "auto", "split", "drop", "interpolate", "kalman"]
"""What to do about missing values.

- `refuse` raises ValueError and says what each of the others would leave.
- `auto` is `drop` where `split` would lose more than a twentieth of the windows, else `split`,
  which is much faster for few missing values.
- `split` cuts the series at every row with a missing value.
- `drop` keeps them as NaN for a method that handles them: each of its tests then drops only the
  windows that lack a value the test needs.
- `interpolate` fills at most `max_lag` missing values in a row by a straight line, and cuts the
  series where there are more.
- `kalman` fills the same values by the smoother of an autoregression of the column, whose order
  is the smaller of `max_lag` and 2.

A step without a row is a row without a value; `refuse` then cuts the series, as `split` does.
"""

_FEW_LOST = 0.05


def check_missing(missing: str) -> None:
    """Raise ValueError unless this is a value of `Missing`."""
    if missing not in get_args(Missing):
        raise InputError(
            f"missing: expected one of {', '.join(map(repr, get_args(Missing)))}, found "
            f"{missing!r}"
        )


def stretches(values: FloatArray, steps: IntArray, reach: int) -> list[FloatArray]:
    """Cut a unit where more than `reach` steps have no row; give fewer a row of NaN each."""
    borders = _borders(steps, reach)
    parts = []
    for rows, at in zip(np.split(values, borders), np.split(steps, borders), strict=True):
        whole = np.full((int(at[-1] - at[0]) + 1, values.shape[1]), np.nan)
        whole[at - at[0]] = rows
        parts.append(whole)
    return parts


def first_steps(steps: IntArray, reach: int) -> IntArray:
    """Return the first step of each stretch."""
    return np.asarray(steps[np.append(0, _borders(steps, reach))])


def _borders(steps: IntArray, reach: int) -> IntArray:
    return np.flatnonzero(np.diff(steps) > reach + 1) + 1


class Piece(NamedTuple):
    """The rows of a segment, the part that it is cut from, and its first row there."""

    values: FloatArray
    part: int
    start: int


def segments_of(
    parts: Sequence[FloatArray], missing: Missing, max_lag: int, notes: Notes
) -> list[Piece]:
    """Return segments of at least `max_lag + 2` rows; only `drop` leaves NaN in them.

    Raises
    ------
    ValueError
        If no stretch is long enough.
    """
    shortest = max_lag + 2
    if missing in ("interpolate", "kalman"):
        parts = [_filled(part, missing, max_lag) for part in parts]
    cut = _trimmed if missing == "drop" else _whole
    pieces = [
        Piece(part[start:stop], k, start)
        for k, part in enumerate(parts)
        for start, stop in cut(part)
    ]
    lengths = [len(piece.values) for piece in pieces]
    kept = [piece for piece in pieces if len(piece.values) >= shortest]
    if not kept:
        raise InputError(
            f"missing: expected a stretch of at least {shortest} rows without a gap, found "
            f"{max(lengths, default=0)} at most; lower max_lag or fill the gaps"
        )
    if lost := len(pieces) - len(kept):
        rows = sum(length for length in lengths if length < shortest)
        notes.warn(
            f"dropped {lost} of {len(pieces)} segments ({rows} rows) shorter than max_lag + 2 = "
            f"{shortest} rows"
        )
    return kept


def chosen(parts: Sequence[FloatArray], missing: Missing, max_lag: int) -> Missing:
    """Return the way that `refuse` (where only steps are missing) and `auto` stand for."""
    if missing == "refuse":
        return "split"
    if missing == "auto":
        # Tigramite's windows are twice as long.
        left, total = _windows(parts, 2 * max_lag), _total(parts, 2 * max_lag)
        return "drop" if left < (1 - _FEW_LOST) * total else "split"
    return missing


def left_by_each(parts: Sequence[FloatArray], max_lag: int) -> str:
    """Say how many windows of `max_lag + 1` steps each way to treat missing values leaves."""
    total = _total(parts, max_lag)
    split = _windows(parts, max_lag)
    filled = _windows([_interpolated(part, max_lag) for part in parts], max_lag)
    pairs = sum(_pairs(part, max_lag) for part in parts)
    least = int(pairs.min()) if isinstance(pairs, np.ndarray) else 0
    return (
        f"of {total} windows of max_lag + 1 = {max_lag + 1} steps, split leaves {split}, "
        f"interpolate and kalman {filled}, drop at least {least} for any two variables at any lag"
    )


def _total(parts: Sequence[FloatArray], max_lag: int) -> int:
    return sum(max(len(part) - max_lag, 0) for part in parts)


def _windows(parts: Sequence[FloatArray], max_lag: int) -> int:
    pieces = [piece for part in parts for piece in whole_pieces(part)]
    return sum(len(piece) - max_lag for piece in pieces if len(piece) >= max_lag + 2)


def _pairs(part: FloatArray, max_lag: int) -> IntArray:
    """Return the number of windows with both values, `(n_vars, n_vars, max_lag + 1)`."""
    seen = np.isfinite(part).astype(np.int64)
    n, windows = seen.shape[1], max(len(part) - max_lag, 0)
    if windows == 0:
        return np.zeros((n, n, max_lag + 1), dtype=np.int64)
    present = seen[max_lag:]
    lagged = [
        seen[max_lag - lag : max_lag - lag + windows].T @ present for lag in range(max_lag + 1)
    ]
    return np.stack(lagged, axis=2)


def whole_pieces(part: FloatArray) -> list[FloatArray]:
    """Return the stretches of rows without a missing value."""
    return [part[start:stop] for start, stop in _whole(part)]


def _whole(part: FloatArray) -> list[tuple[int, int]]:
    """Return start and stop of the stretches of rows without a missing value."""
    return _runs(np.asarray(~np.isnan(part).any(axis=1)))


def _trimmed(part: FloatArray) -> list[tuple[int, int]]:
    """Return start and stop of the part without rows of nothing but NaN at its ends."""
    some = np.flatnonzero(~np.isnan(part).all(axis=1))
    return [(int(some[0]), int(some[-1]) + 1)] if len(some) else []


def _runs(where: BoolArray) -> list[tuple[int, int]]:
    """Return start and stop of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], where, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _filled(part: FloatArray, missing: Missing, most: int) -> FloatArray:
    if missing == "interpolate":
        return _interpolated(part, most)
    return np.column_stack([_smoothed(column, most) for column in part.T])


def _interpolated(part: FloatArray, most: int) -> FloatArray:
    """Return the part with straight lines in gaps of at most `most` rows between two values."""
    columns = []
    for column in part.T:
        line = pd.Series(column).interpolate(limit_area="inside").to_numpy()
        columns.append(np.where(_short(column, most), line, column))
    return np.column_stack(columns)


def _short(column: FloatArray, most: int) -> BoolArray:
    """Return the rows in gaps of at most `most` rows that have a value on both sides."""
    short = np.zeros(len(column), dtype=bool)
    for start, stop in _runs(np.isnan(column)):
        short[start:stop] = stop - start <= most and start > 0 and stop < len(column)
    return short


def _smoothed(column: FloatArray, most: int) -> FloatArray:
    """Return the column with short gaps filled by its expectation given all other values.

    The model is an autoregression with a mean, fitted by maximum likelihood (`SARIMAX` of
    statsmodels; Durbin and Koopman, Time Series Analysis by State Space Methods, 2012, chapter 4,
    DOI 10.1093/acprof:oso/9780199641178.001.0001).
    """
    short = _short(column, most)
    if not short.any():
        return column
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    mean, spread = np.nanmean(column), np.nanstd(column) or 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It warns of its own starting values.
        model = SARIMAX((column - mean) / spread, order=(min(most, 2), 0, 0), trend="c")
        found = model.fit(disp=False)
    smooth = mean + spread * found.get_prediction(information_set="smoothed").predicted_mean
    return np.where(short, smooth, column)
