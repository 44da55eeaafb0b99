"""Reading a series from a CSV or Parquet file, with an explicit rule for missing values."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from methods.types.arrays import FloatArray
from methods.types.errors import InputError


def read_segments(
    path: Path, *, time_column: str | None, missing: Literal["refuse", "split"], min_rows: int
) -> tuple[list[str], list[FloatArray]]:
    """Return the variable names and segments of shape `(T_k, n_vars)`; see `from_file`."""
    if missing not in ("refuse", "split"):
        raise InputError(f"missing: expected 'refuse' or 'split', found {missing!r}")
    frame = _read_frame(path)
    if time_column is not None:
        if time_column not in frame.columns:
            raise InputError(
                f"time_column: expected one of {list(frame.columns)}, found {time_column!r}"
            )
        frame = frame.drop(columns=time_column)
    values = numeric_values(frame)
    _refuse_index_columns(frame, values)
    gaps = np.isnan(values)
    broken = np.asarray(gaps.any(axis=1))
    if not broken.any():
        return list(frame.columns), [values]
    if missing == "refuse":
        counts = {
            name: int(n) for name, n in zip(frame.columns, gaps.sum(axis=0), strict=True) if n
        }
        raise InputError(
            f"{path.name}: expected no missing values, found {counts} (rows per column, the "
            f"first at row {int(broken.argmax())}); fill them, or split the series at "
            "the gaps (missing='split', --missing split)"
        )
    return list(frame.columns), _split(values, broken, min_rows)


def numeric_values(frame: pd.DataFrame) -> FloatArray:
    """Return the frame as float64 of shape `(T, n_vars)`; ValueError names a column with text."""
    columns = []
    for name, column in frame.items():
        numbers = pd.to_numeric(column, errors="coerce")
        text = (numbers.isna() & column.notna()).to_numpy()
        if text.any() or column.dtype.kind in "mMc":
            row = int(text.argmax())
            raise InputError(
                f"column {str(name)!r}, row {row}: expected a number, found "
                f"{column.iloc[row]!r}; if this is the time, name it as time_column "
                "(--time-column), else remove the column"
            )
        columns.append(numbers.to_numpy(dtype=np.float64, na_value=np.nan))
    if not columns:
        raise InputError("columns: expected at least one variable, found none")
    return np.stack(columns, axis=1)


def _read_frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError(f"path: expected a file, found none at {path}")
    if path.suffix == ".parquet":
        return _read_parquet(path)
    if path.suffix != ".csv":
        raise InputError(f"path: expected a name ending in .csv or .parquet, found {path.name}")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header = next(csv.reader(file), [])
        _check_header(path, header)
        frame = pd.read_csv(path, encoding="utf-8-sig")
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError) as error:
        raise InputError(f"{path.name}: expected a CSV in UTF-8, found {error}") from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise InputError(
            f"{path.name}: expected {len(header)} values in every row, one per column name, found "
            f"{len(header) + frame.index.nlevels}; add the missing column names"
        )
    return frame


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow

    try:
        return pd.read_parquet(path).rename(columns=str)
    except pyarrow.ArrowException as error:
        raise InputError(f"{path.name}: expected a Parquet file, found {error}") from None


def _check_header(path: Path, header: list[str]) -> None:
    """Refuse what pandas would repair unasked: no header, doubled names, another separator."""
    if not header:
        raise InputError(
            f"{path.name}: expected a first line of column names, found an empty file or line"
        )
    if all(_is_number(name) for name in header):
        raise InputError(
            f"{path.name}: expected a first line of column names, found numbers {header[:3]}; "
            "add a header line"
        )
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise InputError(
            f"{path.name}: expected unique column names, found {doubled} more than once"
        )
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise InputError(
            f"{path.name}: expected columns separated by commas, found the one column "
            f"{header[0]!r}; convert the file"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_index_columns(frame: pd.DataFrame, values: FloatArray) -> None:
    """Refuse a saved row index, which would look like a cause of every trend."""
    for name, column in zip(frame.columns, values.T, strict=True):
        with np.errstate(invalid="ignore"):  # A later check names infinite values.
            steps = np.diff(column)
        # A time in seconds is written in decimals, so its steps are equal up to rounding.
        ramp = len(steps) > 1 and steps[0] != 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0)
        if ramp or str(name).startswith("Unnamed:"):
            raise InputError(
                f"column {name!r}: expected a measured variable, found what looks like a row "
                f"number or a time; drop it with time_column={name!r} (--time-column {name!r})"
            )


def _split(values: FloatArray, broken: np.ndarray, min_rows: int) -> list[FloatArray]:
    """Cut at every broken row and keep the pieces of at least `min_rows` rows."""
    whole = ~broken
    edges = np.flatnonzero(np.diff(np.concatenate(([False], whole, [False])).astype(np.int8)))
    pieces = [values[start:stop] for start, stop in edges.reshape(-1, 2)]
    kept = [piece for piece in pieces if len(piece) >= min_rows]
    lost = len(pieces) - len(kept)
    if not kept:
        raise InputError(
            f"missing: expected a stretch of at least {min_rows} rows without a gap, found "
            f"{max(map(len, pieces), default=0)} at most; lower max_lag or fill the gaps"
        )
    if lost:
        rows = sum(len(piece) for piece in pieces) - sum(len(piece) for piece in kept)
        warnings.warn(
            f"dropped {lost} of {len(pieces)} segments ({rows} rows) shorter than max_lag + 2 = "
            f"{min_rows} rows",
            stacklevel=4,
        )
    return kept
