"""From a frame to segments: time, units, adjustments and missing values, in this order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from methods.types.reading.missing import (
    check_missing,
    chosen,
    left_by_each,
    segments_of,
    stretches,
)
from methods.types.reading.notes import Notes
from methods.types.reading.rows import Unit, units_of
from methods.types.reading.rules import Rules
from methods.types.reading.units import differing, standardised


class Reading(NamedTuple):
    """Names, segments of shape `(T_k, n_vars)`, and what was found and done."""

    names: list[str]
    segments: list[FloatArray]
    notes: Notes


def read_frame(frame: pd.DataFrame, rules: Rules, notes: Notes) -> Reading:
    """Return the segments of a frame; see `TimeSeries.from_frame` for errors."""
    check_missing(rules.missing)
    names, units = units_of(frame, rules, notes)
    if rules.unit is not None:
        units = _levelled(units, names, rules.standardise_units, notes)
    return Reading(names, _segments(units, names, rules, notes), notes)


def _levelled(
    units: list[Unit], names: list[str], wanted: bool | None, notes: Notes
) -> list[Unit]:
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


def _segments(units: list[Unit], names: list[str], rules: Rules, notes: Notes) -> list[FloatArray]:
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
    used = chosen(parts, rules.missing, rules.max_lag)
    notes.append(f"missing: treated by {used}; {left}")
    return segments_of(parts, used, rules.max_lag, notes)


def _long_enough(parts: list[FloatArray], rules: Rules, notes: Notes) -> list[FloatArray]:
    """Return whole units; a single series stays as it is, for `TimeSeries` to judge."""
    return parts if len(parts) == 1 else segments_of(parts, rules.missing, rules.max_lag, notes)
