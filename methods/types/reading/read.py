"""From a frame to segments: time, units, adjustments and missing values, in this order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from methods.types.reading.missing import (
    Piece,
    check_missing,
    chosen,
    first_steps,
    left_by_each,
    segments_of,
    stretches,
)
from methods.types.reading.notes import Notes
from methods.types.reading.rows import Unit, units_of
from methods.types.reading.rules import Rules
from methods.types.reading.units import differing, standardised


class Reading(NamedTuple):
    """Names, segments of shape `(T_k, n_vars)`, their times if known, and what was done."""

    names: list[str]
    segments: list[FloatArray]
    times: list[NDArray[np.str_]] | None
    notes: Notes


def read_frame(frame: pd.DataFrame, rules: Rules, notes: Notes) -> Reading:
    """Return the segments of a frame; see `TimeSeries.from_frame` for errors."""
    check_missing(rules.missing)
    names, units = units_of(frame, rules, notes)
    if rules.unit is not None:
        units = _levelled(units, names, rules.standardise_units, notes)
    pieces = _segments(units, names, rules, notes)
    return Reading(names, [p.values for p in pieces], _times(units, pieces, _reach(rules)), notes)


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


def _reach(rules: Rules) -> int:
    """Return the longest gap that stays in a segment; tigramite's windows are that long."""
    return 2 * rules.max_lag


def _times(units: list[Unit], pieces: list[Piece], reach: int) -> list[NDArray[np.str_]] | None:
    """Return the time of every row of every segment, None where the frame has no times."""
    parts = [(unit.stamps, s) for unit in units for s in first_steps(unit.steps, reach).tolist()]
    times = []
    for piece in pieces:
        stamps, first = parts[piece.part]
        if stamps is None:
            return None
        times.append(stamps.of(first + piece.start + np.arange(len(piece.values))))
    return times


def _segments(units: list[Unit], names: list[str], rules: Rules, notes: Notes) -> list[Piece]:
    """Return the segments that the rule for missing values leaves."""
    reach = _reach(rules)
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


def _long_enough(parts: list[FloatArray], rules: Rules, notes: Notes) -> list[Piece]:
    """Return whole units; a single series stays as it is, for `TimeSeries` to judge."""
    if len(parts) == 1:
        return [Piece(parts[0], 0, 0)]
    return segments_of(parts, rules.missing, rules.max_lag, notes)
