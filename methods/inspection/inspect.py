"""Everything that is worth knowing of a table before a method looks for causes in it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np

from methods import registry
from methods.inspection.columns import copies, few_values, outliers, standing
from methods.inspection.common import Course, course_of, warnings_of
from methods.inspection.demands import Demand, Series, demands, gaussian_noise
from methods.inspection.memory import Suggestion, autocorrelation, suggested_lag
from methods.inspection.stretches import stretches_of
from methods.types.arrays import FloatArray
from methods.types.reading.missing import left_by_each, stretches, whole_pieces
from methods.types.reading.notes import Notes
from methods.types.reading.rows import Unit, units_of
from methods.types.reading.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

    from methods.types.reading.rules import Treatment


@dataclass(frozen=True, eq=False)
class Inspection:
    """What a table holds; printed, it is a page of text.

    Parameters
    ----------
    notes
        What was found when the table was read: time, units, steps, missing values.
    warnings
        What should be mended first, one line each with the way to do it.
    variables
        One row per variable: `missing` values, `outliers`, `autocorrelation` at lag 1, p-values
        `adf` (small: no unit root about a line), `kpss` (small: not stationary about a mean) and
        `slope` (small: a line), and `season` in steps.
    max_lag
        The largest lag that the rest is about: what was asked for, or else what is suggested.
    suggestion
        The suggested largest lag and the largest that was looked at, None if the series is too
        short to tell.
    methods
        One row per method: `fewest` steps it runs on, `enough` steps to have, and what of its
        assumptions is `broken`.
    """

    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    variables: pd.DataFrame
    max_lag: int
    suggestion: Suggestion | None
    methods: pd.DataFrame

    def __str__(self) -> str:
        said = [f"note: {note}" for note in self.notes]
        said += [f"WARNING: {warning}" for warning in self.warnings]
        return "\n".join(
            [
                *said,
                "",
                _as_text(self.variables),
                "",
                self._lag_in_words(),
                "",
                f"Steps at max_lag {self.max_lag}, and assumptions that are broken:",
                _as_text(self.methods),
            ]
        )

    def _lag_in_words(self) -> str:
        if self.suggestion is None:
            return "max_lag: too few rows without a gap for a suggestion"
        return (
            f"max_lag: {self.suggestion.max_lag} by BIC of linear regressions, of lags up to "
            f"{self.suggestion.looked}; what is known of the system comes first"
        )


def inspect(
    frame: pd.DataFrame,
    *,
    time: str | None = None,
    unit: str | None = None,
    **treatment: Unpack[Treatment],
) -> Inspection:
    """Look at a frame as `TimeSeries.from_frame` would read it, without refusing missing values.

    Parameters
    ----------
    frame, time, unit
        As in `TimeSeries.from_frame`.
    treatment
        As there. With `detrend`, `difference` or `deseason` it shows what they leave; `missing`
        and `standardise_units` change nothing here. `max_lag` is the suggested one by default.

    Raises
    ------
    ValueError
        For times or text that cannot be read, as in `TimeSeries.from_frame`.
    """
    notes = Notes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # They are among the notes.
        names, units = units_of(frame, Rules(time=time, unit=unit, **treatment), notes)
    return inspection_of(names, units, notes, treatment.get("max_lag"))


def inspection_of(
    names: Sequence[str], units: Sequence[Unit], notes: Notes, max_lag: int | None
) -> Inspection:
    """Return the inspection of units that have been read."""
    values = np.concatenate([unit.values for unit in units])
    still = standing(values, names)
    kept = [k for k, name in enumerate(names) if name not in still]
    doubled = copies(values, names)
    courses = [course_of(units, k) for k in range(len(names))]
    used = [k for k in kept if names[k] not in {second for _, second in doubled}]
    pieces = [
        piece
        for unit in units
        for part in stretches(unit.values[:, used], unit.steps, 1)
        for piece in whole_pieces(part)
    ]
    suggestion = suggested_lag(pieces) if used else None
    lag = max_lag or (suggestion.max_lag if suggestion else 1)
    said = [f"{name!r} has no two different values: remove it" for name in still]
    said += [f"{two!r} repeats {one!r}: remove one of them" for one, two in doubled]
    said += warnings_of(names, courses)
    missing = bool(np.isnan(values).any())
    parts = [part for unit in units for part in stretches(unit.values, unit.steps, 2 * lag)]
    if any(np.isnan(part).any() for part in parts):
        notes.append(f"missing: {left_by_each(parts, lag)}")
    series = Series(
        n_vars=len(names),
        max_lag=lag,
        longest=max(len(unit.steps) for unit in units),
        segments=len(parts),
        missing=missing,
        few_values=few_values(values, names),
        gaussian=gaussian_noise(pieces, lag, [names[k] for k in used]) if used else [],
        courses=courses,
    )
    handled = {name: registry.load(name)().handles for name in registry.available()}
    return Inspection(
        tuple(notes),
        tuple(said),
        _variables(names, units, values, courses),
        lag,
        suggestion,
        _methods(demands(series, handled)),
    )


def _variables(
    names: Sequence[str], units: Sequence[Unit], values: FloatArray, courses: Sequence[Course]
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for k, course in enumerate(courses):
        found, tests = stretches_of(units, k), course.tests
        rows.append(
            {
                "missing": int(np.isnan(values[:, k]).sum()),
                "outliers": outliers(values[:, k]),
                "autocorrelation": autocorrelation(found) if found else np.nan,
                "adf": tests.adf if tests else np.nan,
                "kpss": tests.kpss if tests else np.nan,
                "slope": tests.trend_p if tests else np.nan,
                "season": course.season,
            }
        )
    frame = pd.DataFrame(rows, index=list(names))
    return frame.astype({"season": "Int64"})


def _methods(rows: Sequence[Demand]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "fewest": [row.fewest for row in rows],
            "enough": [row.enough for row in rows],
            "broken": ["; ".join(row.broken) or "-" for row in rows],
        },
        index=[row.method for row in rows],
    )


def _as_text(frame: pd.DataFrame) -> str:
    from tabulate import tabulate

    rows = frame.astype(object).where(frame.notna(), None)
    return str(tabulate(rows, headers="keys", tablefmt="simple", floatfmt=".3g", missingval="-"))
