"""How a frame is read, as keyword arguments and as one object with defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from methods.types.reading.adjust import Adjust
from methods.types.reading.missing import Missing


class Treatment(TypedDict, total=False):
    """What is done to the rows of a frame; all are keyword arguments that may be left out.

    Parameters
    ----------
    missing
        What to do about missing values, by default `refuse`:

        - `refuse` raises ValueError, which says how much each of the others would leave.
        - `auto` is `drop` where `split` would lose more than a twentieth of the windows (of
          `2 * max_lag + 1` steps), else `split`.
        - `split` cuts the series at every row with a missing value.
        - `drop` keeps them as NaN, for methods whose `handles.missing` is set.
        - `interpolate` fills up to `max_lag` missing values in a row by a straight line, and cuts
          where there are more.
        - `kalman` fills the same values by the smoother of an autoregression.

        Segments shorter than `max_lag + 2` rows are dropped, with a warning.
    max_lag
        Largest lag that will be asked for (steps, by default 1).
    standardise_units
        Whether to take out each unit's own mean and standard deviation. By default (None) this is
        done if the units differ in level, by an analysis of variance at the level 0.01.
    difference, detrend, deseason, normal_scores
        Whether to take differences from the step before, whether to take out a straight line, the
        number of steps of a season of which to take out the mean at each place, and whether to
        replace values by normal quantiles of their ranks. They act in this order, on each unit.
    """

    missing: Missing
    max_lag: int
    standardise_units: bool | None
    difference: bool
    detrend: bool
    deseason: int | None
    normal_scores: bool


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Columns of time and unit, and the `Treatment` with its defaults."""

    time: str | None = None
    unit: str | None = None
    missing: Missing = "refuse"
    max_lag: int = 1
    standardise_units: bool | None = None
    difference: bool = False
    detrend: bool = False
    deseason: int | None = None
    normal_scores: bool = False

    @property
    def adjust(self) -> Adjust:
        """What to take out of every unit."""
        return Adjust(self.difference, self.detrend, self.deseason, self.normal_scores)
