"""The rows of a frame as units: numbers in time order, and the step number of each row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError
from methods.types.reading.adjust import adjusted
from methods.types.reading.clock import clock_of
from methods.types.reading.columns import (
    note_marks,
    numeric_values,
    refuse_index_columns,
    refuse_labels,
)
from methods.types.reading.notes import Notes
from methods.types.reading.rules import Rules
from methods.types.reading.stamps import Stamped, take_time


class Stamps(NamedTuple):
    """The times of the rows of a unit, as text, and the step number of each, in time order."""

    times: NDArray[np.str_]
    steps: IntArray

    def of(self, steps: IntArray) -> NDArray[np.str_]:
        """Return the time of each step; one without a row has that of the row before it."""
        return np.asarray(self.times[np.searchsorted(self.steps, steps, side="right") - 1])


class Unit(NamedTuple):
    """The rows of one unit `(T, n_vars)` in time order, and the step number of each `(T,)`."""

    name: str
    values: FloatArray
    steps: IntArray
    stamps: Stamps | None = None


def units_of(frame: pd.DataFrame, rules: Rules, notes: Notes) -> tuple[list[str], list[Unit]]:
    """Return the names of the variables, and every unit without trend and season if so ruled.

    A frame without a column of units is one unit without a name. For errors see
    `TimeSeries.from_frame`.
    """
    if isinstance(frame.index, pd.MultiIndex):
        frame = frame.reset_index()
    frame = frame.rename(columns=str)
    _check_shape(frame)
    _check_unit(frame, rules.unit)
    stamped = take_time(frame, rules.time, rules.unit, notes)
    owners = None if rules.unit is None else stamped.frame[rules.unit]
    variables = stamped.frame.drop(columns=[] if rules.unit is None else rules.unit)
    names, values = list(variables.columns), numeric_values(variables)
    refuse_index_columns(names, values)
    note_marks(names, values, notes)
    units = _units(values, owners, stamped, notes)
    if owners is None:
        refuse_labels(names, units[0].values, notes)
    return names, [
        Unit(u.name, *adjusted(u.values, u.steps, rules.adjust), u.stamps) for u in units
    ]


def _check_shape(frame: pd.DataFrame) -> None:
    doubled = sorted(set(frame.columns[frame.columns.duplicated()]))
    if doubled:
        raise InputError(
            f"names: expected unique names, found {doubled} more than once; rename the columns"
        )
    if len(frame) == 0:
        raise InputError("rows: expected at least one row, found none")


def _check_unit(frame: pd.DataFrame, unit: str | None) -> None:
    if unit is None:
        return
    if unit not in frame.columns:
        raise InputError(f"unit_column: expected one of {list(frame.columns)}, found {unit!r}")
    if frame[unit].isna().any():
        row = int(np.argmax(frame[unit].isna().to_numpy()))
        raise InputError(
            f"unit_column {unit!r}, row {row}: expected the name of a unit, found none"
        )


def _units(
    values: FloatArray, owners: pd.Series | None, stamped: Stamped, notes: Notes
) -> list[Unit]:
    """Return each unit's rows, sorted by time where there is one."""
    rows = {"": np.arange(len(values))}
    if owners is not None:
        rows = {
            str(name): np.asarray(at)
            for name, at in owners.groupby(owners, sort=False).indices.items()
        }
        rows = dict(sorted(rows.items(), key=lambda item: int(item[1][0])))
        notes.append(f"units: {len(rows)}, each a segment of its own")
    if stamped.times is None or len(values) == 0:
        notes.append("time: no column found, so that rows count as equal steps, oldest first")
        return [Unit(name, values[at], np.arange(len(at))) for name, at in rows.items()]
    sorted_rows = {name: _in_order(stamped, at, name) for name, at in rows.items()}
    if moved := sum(bool((sorted_rows[name] != at).any()) for name, at in rows.items()):
        where = "" if owners is None else f" in {moved} units"
        notes.warn(f"rows were not in the order of {stamped.name!r}{where} and have been sorted")
    clock = clock_of([stamped.times.iloc[at] for at in sorted_rows.values()], stamped.name)
    units = [
        Unit(name, values[at], steps, Stamps(_as_text(stamped.times.iloc[at]), steps))
        for (name, at), steps in zip(sorted_rows.items(), clock.steps, strict=True)
    ]
    _say_steps(units, sorted_rows, stamped, clock.step, notes)
    return units


def _as_text(times: pd.Series) -> NDArray[np.str_]:
    """Return times as text, dates without the time of day where all are at midnight."""
    if times.dtype.kind == "M" and (times == times.dt.normalize()).all():
        times = times.dt.strftime("%Y-%m-%d")
    return np.asarray(times.astype(str), dtype=np.str_)


def _in_order(stamped: Stamped, rows: IntArray, unit: str) -> IntArray:
    """Return rows in order of time; ValueError names the first time that is there twice."""
    assert stamped.times is not None
    times = stamped.times.iloc[rows]
    order = np.argsort(times.to_numpy(), kind="stable")
    ordered = times.iloc[order]
    double = ordered.duplicated().to_numpy()
    if double.any():
        at = int(double.argmax())
        first, second = sorted(int(rows[order[k]]) for k in (at - 1, at))
        whose = f" of unit {unit!r}" if unit else ""
        advice = "keep one of them"
        if not unit:
            advice += ", or name what tells units apart with unit_column (--unit-column)"
        raise InputError(
            f"time_column {stamped.name!r}: expected every time once, found {ordered.iloc[at]}"
            f"{whose} in rows {first} and {second} ({int(double.sum())} such rows); {advice}"
        )
    return np.asarray(rows[order])


def _say_steps(
    units: list[Unit], rows: dict[str, IntArray], stamped: Stamped, step: str, notes: Notes
) -> None:
    """Note the length of a step, and how many have no row."""
    assert stamped.times is not None
    gaps = [np.flatnonzero(np.diff(unit.steps) > 1) for unit in units]
    count = sum(len(gap) for gap in gaps)
    if not count:
        notes.append(f"time: one step is {step}, and none is missing")
        return
    total = sum(int(unit.steps[-1]) + 1 for unit in units)
    lost = total - sum(len(unit.steps) for unit in units)
    first = next(k for k, gap in enumerate(gaps) if len(gap))
    before = stamped.times.iloc[rows[units[first].name][gaps[first][0]]]
    notes.warn(
        f"time: one step is {step}; {lost} of {total} steps are missing, in {count} gaps, the "
        f"first after {before}; no lag reaches across a gap (--missing says what to do there)"
    )
