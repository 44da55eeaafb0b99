"""The columns of a frame as numbers, and columns that are no measured variable."""

from __future__ import annotations

import numpy as np
import pandas as pd

from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from methods.types.reading.notes import Notes

_ID_WORDS = ("id", "unit", "subject", "patient", "group", "country", "site", "station", "person")

_MARKS = [sign * (10.0**digits - 1) for digits in (2, 3, 4, 5, 6) for sign in (-1, 1)]


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
                "(--time-column); if it tells units apart, as unit_column (--unit-column); else "
                "remove the column"
            )
        columns.append(numbers.to_numpy(dtype=np.float64, na_value=np.nan))
    if not columns:
        raise InputError("columns: expected at least one variable, found none")
    return np.stack(columns, axis=1)


def refuse_index_columns(names: list[str], values: FloatArray) -> None:
    """Refuse a saved row index, which would look like a cause of every trend."""
    for name, column in zip(names, values.T, strict=True):
        with np.errstate(invalid="ignore"):  # A later check names infinite values.
            steps = np.diff(column)
        # A time in seconds is written in decimals, so its steps are equal up to rounding.
        ramp = len(steps) > 1 and steps[0] != 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0)
        if ramp or name.startswith("Unnamed:"):
            raise InputError(
                f"column {name!r}: expected a measured variable, found what looks like a row "
                f"number or a time; name it with time_column={name!r} (--time-column {name!r})"
            )


def refuse_labels(names: list[str], values: FloatArray, notes: Notes) -> None:
    """Refuse integers that number units, and warn of integers that only count a cycle.

    A column is taken for the number of a unit if it is constant in blocks of rows, never comes
    back to an earlier value, and has at least three values or a name such as `id`. Two values may
    as well be a step that was measured, of which a note warns.
    """
    for name, column in zip(names, values.T, strict=True):
        if not _whole(column):
            continue
        borders = int(np.count_nonzero(np.diff(column)))
        kinds = len(np.unique(column))
        if 1 < kinds == borders + 1 and 2 * kinds <= len(column):
            if kinds >= 3 or _names_a_unit(name):
                raise InputError(
                    f"column {name!r}: expected a measured variable, found {kinds} whole numbers, "
                    "each constant in one block of rows, as the number of a unit is; if so, name "
                    f"it with unit_column={name!r} (--unit-column {name!r}), else remove it"
                )
            notes.warn(
                f"column {name!r} has two values, each in one block of rows: if it numbers two "
                f"units, name it with --unit-column {name!r}"
            )
        elif _cycles(column):
            notes.warn(
                f"column {name!r} repeats the same whole numbers in the same order: if it numbers "
                f"units, name it with --unit-column {name!r}; if it is the place in a season, "
                "remove it"
            )


def note_marks(names: list[str], values: FloatArray, notes: Notes) -> None:
    """Note values that programs write for a missing one, where no other value comes near them.

    Such a value consists of two to six digits 9, as -999. It is there twice or more, and further
    from any other value than those are from each other.
    """
    for name, column in zip(names, values.T, strict=True):
        for mark in _MARKS:
            count = int((column == mark).sum())
            others = column[np.isfinite(column) & (column != mark)]
            if count < 2 or len(others) < 2:
                continue
            if np.abs(others - mark).min() > np.ptp(others):
                notes.append(
                    f"column {name!r} has {mark:g} in {count} rows, far from all other values: if "
                    "it marks a missing value, leave these cells empty"
                )


def _whole(column: FloatArray) -> bool:
    return bool(np.isfinite(column).all() and (column == np.round(column)).all())


def _names_a_unit(name: str) -> bool:
    words = name.lower().replace("_", " ").replace("-", " ").split()
    return any(word in _ID_WORDS for word in words)


def _cycles(column: FloatArray) -> bool:
    """Whether the column repeats a cycle of at least three different values three times."""
    again = np.flatnonzero(column == column[0])
    if len(again) < 3:
        return False
    period = int(again[1])
    first = column[:period]
    return (
        period >= 3
        and len(np.unique(first)) == period
        and bool((column[period:] == column[:-period]).all())
    )
