"""Times as whole steps: one frequency is found for all units, or the times are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError

_EXACT, _JITTER = 1e-5, 0.1
"""How far a step may be from a whole multiple, in steps: by rounding, and by an uneven clock."""


class Clock(NamedTuple):
    """The step number of every row, one array per unit, and the length of a step in words."""

    steps: list[IntArray]
    step: str


def clock_of(times: Sequence[pd.Series], name: str) -> Clock:
    """Return the step numbers of sorted times without doubles.

    A step is the same time apart, a number of months, or a weekday if no row is on a weekend.

    Raises
    ------
    ValueError
        If the times are not whole multiples of one step apart.
    """
    dates = times[0].dtype.kind == "M"
    if dates and (days := _weekdays(times)) is not None:
        return Clock(days, "1 weekday")
    values = [_numbers(part) for part in times]
    spans = np.concatenate([np.diff(part) for part in values])
    if len(spans) == 0:
        return Clock([np.zeros(len(part), dtype=np.int64) for part in values], "one row")
    if (step := _step(spans, _EXACT)) is not None:
        return Clock([_counted(part, step) for part in values], _say(step, times[0].dtype))
    if dates and (months := _months(times)) is not None:
        step = _step(np.concatenate([np.diff(part) for part in months]), _EXACT) or 1.0
        return Clock([_counted(part, step) for part in months], _say_months(round(step)))
    if (step := _step(spans, _JITTER)) is not None:
        words = f"about {_say(step, times[0].dtype)} (uneven by up to a tenth)"
        return Clock([_counted(part, step) for part in values], words)
    low, middle, high = (
        _say(float(v), times[0].dtype) for v in (spans.min(), np.median(spans), spans.max())
    )
    raise InputError(
        f"time_column {name!r}: expected steps of one length, or whole multiples of it, found "
        f"steps of {low} to {high}, {middle} in the middle; average the rows to equal steps "
        "first (pandas: frame.resample)"
    )


def _numbers(times: pd.Series) -> FloatArray:
    """Return seconds since the first time, or the numbers themselves."""
    if times.dtype.kind in "mM":
        times = (times - times.iloc[0]) / pd.Timedelta(seconds=1)
    return np.asarray(times, dtype=np.float64)


def _step(spans: FloatArray, slack: float) -> float | None:
    """Return the largest likely step of which all spans are whole multiples, or None."""
    middle = float(np.median(spans))
    kinds, counts = np.unique(np.round(spans / middle, 6), return_counts=True)
    for step in (middle, float(kinds[counts.argmax()]) * middle, float(spans.min())):
        if step <= 0:
            continue
        multiples = spans / step
        whole = np.rint(multiples)
        if (whole >= 1).all() and (np.abs(multiples - whole) <= slack * whole**0.5).all():
            return step
    return None


def _counted(values: FloatArray, step: float) -> IntArray:
    steps = np.rint(np.diff(values) / step).astype(np.int64)
    return np.concatenate([[0], np.cumsum(steps)])


def _weekdays(times: Sequence[pd.Series]) -> list[IntArray] | None:
    """Return the numbers of weekdays if the times are days, and no weekend has one."""
    every = pd.concat(list(times))
    if (
        len(every) < 10
        or (every != every.dt.normalize()).any()
        or (every.dt.day_of_week > 4).any()
    ):
        return None
    spans = np.concatenate([part.diff().dropna().dt.days.to_numpy() for part in times])
    if len(spans) == 0 or np.median(spans) != 1 or spans.max() < 3:
        return None
    first = every.min().date()
    return [
        np.busday_count(np.datetime64(first), part.to_numpy().astype("datetime64[D]")).astype(
            np.int64
        )
        for part in times
    ]


def _months(times: Sequence[pd.Series]) -> list[FloatArray] | None:
    """Return months since year 0 if every time is the same moment of its month."""
    every = pd.concat(list(times))
    clock = (every - every.dt.normalize()).nunique() == 1
    if not clock or not (every.dt.day.nunique() == 1 or every.dt.is_month_end.all()):
        return None
    return [(12.0 * part.dt.year + part.dt.month).to_numpy(dtype=np.float64) for part in times]


def _say_months(months: int) -> str:
    count, unit = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{count} {unit}{'s' if count != 1 else ''}"


def _say(step: float, dtype: Any) -> str:
    if dtype.kind not in "mM":
        return f"{step:g}"
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = step / seconds
        if count >= 1 - _EXACT:
            return f"{count:.6g} {unit}{'s' if f'{count:.6g}' != '1' else ''}"
    return f"{step:g} seconds"
