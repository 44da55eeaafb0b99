"""From a frame to segments: time, units, adjustments and missing values, in this order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from methods.types.arrays import FloatArray, IntArray
from methods.types.errors import InputError
from methods.types.reading.adjust import adjusted
from methods.types.reading.clock import clock_of
from methods.types.reading.columns import numeric_values, refuse_index_columns, refuse_labels
from methods.types.reading.missing import (
    check_missing,
    left_by_each,
    segments_of,
    stretches,
)
from methods.types.reading.notes import Notes
from methods.types.reading.rules import Rules
from methods.types.reading.stamps import Stamped, take_time
from methods.types.reading.units import differing, standardised


class Reading(NamedTuple):
    """Names, segments of shape `(T_k, n_vars)`, and what was found and done."""

    names: list[str]
    segments: list[FloatArray]
    notes: Notes


class _Unit(NamedTuple):
    """The rows of one unit in time order, and the step number of each."""

    name: str
    values: FloatArray
    steps: IntArray


def read_frame(frame: pd.DataFrame, rules: Rules, notes: Notes) -> Reading:
    """Return the segments of a frame; see `TimeSeries.from_frame` for errors."""
    check_missing(rules.missing)
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
    units = _units(values, owners, stamped, notes)
    if owners is None:
        refuse_labels(names, units[0].values, notes)
    units = [_Unit(u.name, *adjusted(u.values, u.steps, rules.adjust)) for u in units]
    if owners is not None:
        units = _levelled(units, names, rules.standardise_units, notes)
    return Reading(names, _segments(units, names, rules, notes), notes)


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
) -> list[_Unit]:
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
        return [_Unit(name, values[at], np.arange(len(at))) for name, at in rows.items()]
    sorted_rows = {name: _in_order(stamped, at, name) for name, at in rows.items()}
    if moved := sum(bool((sorted_rows[name] != at).any()) for name, at in rows.items()):
        where = "" if owners is None else f" in {moved} units"
        notes.warn(f"rows were not in the order of {stamped.name!r}{where} and have been sorted")
    clock = clock_of([stamped.times.iloc[at] for at in sorted_rows.values()], stamped.name)
    units = [
        _Unit(name, values[at], steps)
        for (name, at), steps in zip(sorted_rows.items(), clock.steps, strict=True)
    ]
    _say_steps(units, sorted_rows, stamped, clock.step, notes)
    return units


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
    units: list[_Unit], rows: dict[str, IntArray], stamped: Stamped, step: str, notes: Notes
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


def _levelled(
    units: list[_Unit], names: list[str], wanted: bool | None, notes: Notes
) -> list[_Unit]:
    """Take each unit's own level and scale out, if this is wanted or the levels differ."""
    found = differing([unit.values for unit in units], names)
    if wanted is None and found:
        shown = ", ".join(f"{name} (p = {p:.1g})" for name, p in list(found.items())[:5])
        notes.warn(
            f"units differ in level: {shown}; each unit's own level and scale are taken out "
            "(--no-standardise-units keeps them)"
        )
    elif wanted is None:
        notes.append("units: no difference in level was found, values stay as they are")
    elif wanted:
        notes.append("units: each unit's own level and scale are taken out")
    elif found:
        notes.warn(
            f"units differ in level in {', '.join(found)}, which looks like an effect to most "
            "methods (--standardise-units takes it out)"
        )
    if wanted or (wanted is None and found):
        return [unit._replace(values=standardised(unit.values)) for unit in units]
    return units


def _segments(
    units: list[_Unit], names: list[str], rules: Rules, notes: Notes
) -> list[FloatArray]:
    """Return the segments that the rule for missing values leaves."""
    # A window, and tigramite's of twice the length, never spans a longer gap.
    reach = 2 * rules.max_lag
    lacking = np.sum([np.isnan(unit.values).sum(axis=0) for unit in units], axis=0)
    parts = [part for unit in units for part in stretches(unit.values, unit.steps, reach)]
    if not any(np.isnan(part).any() for part in parts):
        if len(parts) == len(units):
            return _long_enough(parts, rules, notes)
        return segments_of(parts, rules.missing, rules.max_lag, notes)
    left = left_by_each(parts, rules.max_lag)
    if rules.missing == "refuse" and lacking.any():
        first = next(unit for unit in units if np.isnan(unit.values).any())
        row = int(np.isnan(first.values).any(axis=1).argmax())
        where = f"row {row}" + (f" of unit {first.name!r}" if first.name else "")
        counts = {name: int(n) for name, n in zip(names, lacking, strict=True) if n}
        raise InputError(
            f"missing: expected no missing values, found {counts} (rows per column, the first at "
            f"{where}); choose missing='split', 'drop', 'interpolate' or 'kalman' (--missing): "
            f"{left}"
        )
    if lacking.any():
        share = lacking.sum() / sum(unit.values.size for unit in units)
        columns = f"{np.count_nonzero(lacking)} of {len(names)} columns"
        notes.append(f"missing: {int(lacking.sum())} values ({share:.1%}) in {columns}")
    used = "split" if rules.missing == "refuse" else rules.missing
    notes.append(f"missing: treated by {used}; {left}")
    return segments_of(parts, rules.missing, rules.max_lag, notes)


def _long_enough(parts: list[FloatArray], rules: Rules, notes: Notes) -> list[FloatArray]:
    """Return whole units; a single series stays as it is, for `TimeSeries` to judge."""
    return parts if len(parts) == 1 else segments_of(parts, rules.missing, rules.max_lag, notes)
