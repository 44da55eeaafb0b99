"""Which column holds the time, and its values as dates or numbers."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd

from methods.types.errors import InputError
from methods.types.reading.notes import Notes

_NAMES = ("time", "date", "datetime", "timestamp", "year")
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_FIRST = 20


class Stamped(NamedTuple):
    """A frame of variables and the time of each row, dates without a zone or numbers."""

    frame: pd.DataFrame
    times: pd.Series | None
    name: str


def take_time(frame: pd.DataFrame, named: str | None, unit: str | None, notes: Notes) -> Stamped:
    """Take the time out of a frame: the named column, or the one obvious candidate.

    A candidate is an index of dates, a column of dates, text that parses as dates, columns
    `year`, `month` and so on, a column of numbers named `time`, `date`, `datetime`, `timestamp` or
    `year`, and the row numbers that pandas saves without a name. If there is none, an index of row
    numbers that are out of order or not complete is taken.

    Raises
    ------
    ValueError
        If the named column is not there or holds no times, or there are several candidates.
    """
    if named is not None:
        return _named(frame, named)
    if _of_dates(frame.index):
        return _from_index(frame, notes)
    found = _candidates(frame.drop(columns=[] if unit is None else unit))
    if len(found) > 1:
        raise InputError(
            f"time: expected one column of times, found {list(found)}; name one with time_column "
            "(--time-column) and remove the others"
        )
    if not found:
        if unit is None and _numbered(frame.index):
            return _from_index(frame, notes)
        return Stamped(frame.reset_index(drop=True), None, "")
    frame = frame.reset_index(drop=True)
    ((name, (columns, times)),) = found.items()
    notes.append(f"time: taken from {name!r}; name another with --time-column if this is wrong")
    return Stamped(frame.drop(columns=columns), times.reset_index(drop=True), name)


def _named(frame: pd.DataFrame, name: str) -> Stamped:
    if name in frame.columns:
        column = frame[name].reset_index(drop=True)
        return Stamped(
            frame.drop(columns=name).reset_index(drop=True), _parsed(column, name), name
        )
    if name == frame.index.name:
        return Stamped(frame.reset_index(drop=True), _parsed(frame.index.to_series(), name), name)
    raise InputError(
        f"time_column: expected one of {[str(c) for c in frame.columns]}, found {name!r}"
    )


def _from_index(frame: pd.DataFrame, notes: Notes) -> Stamped:
    name = str(frame.index.name or "index")
    notes.append(f"time: taken from the index ({name})")
    return Stamped(frame.reset_index(drop=True), _parsed(frame.index.to_series(), name), name)


def _of_dates(index: pd.Index) -> bool:
    return isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex | pd.PeriodIndex)


def _numbered(index: pd.Index) -> bool:
    """Whether the index has numbers of rows that were sorted, turned round or taken out."""
    if isinstance(index, pd.RangeIndex):
        return index.step < 0
    return pd.api.types.is_numeric_dtype(index) and index.is_unique


def _candidates(frame: pd.DataFrame) -> dict[str, tuple[list[str], pd.Series]]:
    """Return the columns and the times of every candidate, dates before numbers."""
    dates: dict[str, tuple[list[str], pd.Series]] = {}
    for name in frame.columns:
        times = _as_dates(frame[name], str(name))
        if times is not None and times.notna().all():
            dates[str(name)] = ([name], times)
    lower = {str(name).lower(): name for name in frame.columns}
    if dates:
        return {name: _with_hour(frame, *found, lower) for name, found in dates.items()}
    if {"year", "month"} <= lower.keys() and not set(lower) & set(_NAMES[:4]):
        parts = [lower[part] for part in _PARTS if part in lower]
        whole = frame[parts].rename(columns=lambda name: str(name).lower())
        whole = whole if "day" in whole else whole.assign(day=1)
        times = pd.to_datetime(whole, errors="coerce")
        if times.notna().all():
            return {"-".join(map(str, parts)): (parts, times)}
    return {
        str(name): ([name], frame[name])
        for low, name in lower.items()
        if low in _NAMES or (low == "unnamed: 0" and frame[name].is_unique)
        if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().all()
    }


def _with_hour(
    frame: pd.DataFrame, columns: list[str], days: pd.Series, lower: dict[str, str]
) -> tuple[list[str], pd.Series]:
    """Add the time of day from a column `time` (as 14:30) or `hour`, where dates have none."""
    beside = next((lower[part] for part in ("time", "hour") if part in lower), None)
    if beside is None or beside in columns or (days != days.dt.normalize()).any():
        return columns, days
    column = frame[beside]
    if pd.api.types.is_numeric_dtype(column):
        hours = pd.to_timedelta(column, unit="h")
    else:
        words = column.astype(str)
        short = words.str.fullmatch(r"\d{1,2}:\d{2}")
        hours = pd.to_timedelta(words.where(~short, words + ":00"), errors="coerce")
    if hours.isna().any() or not hours.between(pd.Timedelta(0), pd.Timedelta(days=1)).all():
        return columns, days
    return [*columns, beside], days + hours


def _parsed(column: pd.Series, name: str) -> pd.Series:
    """Return the times in a column; ValueError names the first row without one."""
    column = column.reset_index(drop=True)
    times = _as_dates(column, "date" if name.lower() != "year" else name)
    if times is None:
        times = pd.to_numeric(column, errors="coerce")
    if times.isna().any():
        row = int(np.argmax(times.isna().to_numpy()))
        raise InputError(
            f"time_column {name!r}, row {row}: expected a time, as 2020-01-31, 2020-01-31 "
            f"14:00 or a number, found {column.iloc[row]!r}; mend the row or remove the column"
        )
    return times


def _as_dates(column: pd.Series, name: str) -> pd.Series | None:
    """Return a column as dates without a zone, NaT where there is none, or None for no dates."""
    if isinstance(column.dtype, pd.PeriodDtype):
        return pd.Series(column.dt.to_timestamp())
    if column.dtype.kind == "m":
        return column
    if column.dtype.kind == "M":
        return _without_zone(column)
    if pd.api.types.is_numeric_dtype(column):
        return _compact(column) if name.lower() == "date" else None
    words = column.dropna().astype(str)
    if not words.head(_FIRST).str.contains(r"\d.*[-/.:\sTQ].*\d|[A-Za-z]+.*\d{4}").all():
        return None
    if words.head(_FIRST).str.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?").any():
        return None  # a time of day alone, which pandas would give today's date
    if words.empty or _read(words.head(_FIRST)).isna().any():
        return None
    return _read(column.astype(str).where(column.notna()))


def _compact(column: pd.Series) -> pd.Series | None:
    """Return whole numbers such as 20200131 as dates."""
    between = column.between(10_000_000, 99_991_231) & (column % 1 == 0)
    if not between.all():
        return None
    dates = pd.to_datetime(column.astype("int64").astype(str), format="%Y%m%d", errors="coerce")
    return dates if dates.notna().all() else None


def _read(words: pd.Series) -> pd.Series:
    """Return text as dates: ISO 8601, else day or month first, which gives fewer step lengths."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # It says how a format was guessed.
        ways = [_attempt(words, format="ISO8601")]
        if ways[0].isna().sum() > words.isna().sum():
            ways = [_attempt(words), _attempt(words, dayfirst=True)]
    best: pd.Series = min(
        ways, key=lambda times: (times.isna().sum(), times.sort_values().diff().nunique())
    )
    return best


def _attempt(words: pd.Series, **how: object) -> pd.Series:
    try:
        return _without_zone(pd.to_datetime(words, errors="coerce", **how))  # type: ignore[call-overload]
    except ValueError:  # several zones
        return _without_zone(pd.to_datetime(words, errors="coerce", utc=True, **how))  # type: ignore[call-overload]


def _without_zone(times: pd.Series) -> pd.Series:
    """Return times in UTC, or in local time if only there all of them are midnight."""
    if getattr(times.dtype, "tz", None) is None:
        return times
    local = times.dt.tz_localize(None)
    days = bool((local.dropna() == local.dropna().dt.normalize()).all())
    chosen: pd.Series = local if days else times.dt.tz_convert("UTC").dt.tz_localize(None)
    return chosen
