"""What several variables share through time, which looks like an effect to most methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from methods.inspection.seasons import season
from methods.inspection.stationarity import Stationarity, stationarity
from methods.inspection.stretches import stretches_of
from methods.inspection.tails import bursts, heavy
from methods.types.reading.notes import Notes
from methods.types.reading.rows import Unit, units_of
from methods.types.reading.rules import Rules

_SHOWN = 6


class Course(NamedTuple):
    """How one variable goes through time: tests of its longest unit, and what most units show."""

    tests: Stationarity | None
    trend: bool
    unit_root: bool
    season: int | None
    heavy: bool
    bursts: bool


def course_of(units: Sequence[Unit], column: int) -> Course:
    """Look at one variable; what is found counts if most units have it."""
    stretches = stretches_of(units, column)
    if not stretches:
        return Course(None, False, False, None, False, False)
    tests = [stationarity(values) for values in stretches]
    seasons = [season(values) for values in stretches]
    most = len(stretches) / 2
    common = max(set(seasons), key=seasons.count)
    return Course(
        tests[0],
        sum(test.trend for test in tests) > most,
        sum(test.unit_root for test in tests) > most,
        common if seasons.count(common) > most else None,
        sum(heavy(values) for values in stretches) > most,
        sum(bursts(values) for values in stretches) > most,
    )


def warnings_of(names: Sequence[str], courses: Sequence[Course]) -> list[str]:
    """Say what two or more variables share, one line each, with the option that mends it."""
    lines = []
    both = list(zip(names, courses, strict=True))
    trends = [name for name, course in both if course.trend]
    roots = [name for name, course in both if course.unit_root]
    if len(trends) > 1:
        lines.append(
            f"trend in {_several(trends)}: a common trend looks like an effect; take it out with "
            "--detrend"
        )
    if len(roots) > 1:
        lines.append(
            f"unit root in {_several(roots)}: series that wander look like causes of each other; "
            "use --difference"
        )
    periods = {name: course.season for name, course in both if course.season is not None}
    for period, having in _grouped(periods).items():
        if len(having) > 1:
            lines.append(
                f"season of {period} steps in {_several(having)}: a common season looks like an "
                f"effect; take it out with --deseason {period}"
            )
    return [*lines, *_of_tails(both)]


def _of_tails(both: Sequence[tuple[str, Course]]) -> list[str]:
    lines = []
    far = [name for name, course in both if course.heavy]
    burst = [name for name, course in both if course.bursts]
    if len(far) > 1:
        lines.append(
            f"values far out in {_several(far)}: a few steps decide, and p-values do not hold; "
            "use --normal-scores"
        )
    if len(burst) > 1:
        lines.append(
            f"variance in bursts in {_several(burst)}: it may look like effects on the variance "
            "and like regimes to dot (then --set attribution=gradient_energy --set "
            "find_regimes=false), and p-values of others may be too small"
        )
    return lines


def _grouped(periods: Mapping[str, int]) -> dict[int, list[str]]:
    """Return the variables of each season; a fraction of a longer one belongs to it."""
    groups: dict[int, list[str]] = {}
    for period in sorted(set(periods.values()), reverse=True):
        longer = [k for k in groups if abs(k / period - round(k / period)) < 0.03]
        having = [name for name, own in periods.items() if own == period]
        groups.setdefault(longer[0] if longer else period, []).extend(having)
    return groups


def common_causes(frame: pd.DataFrame, rules: Rules) -> list[str]:
    """Return the lines of `warnings_of` for a frame that is read by these rules."""
    names, units = units_of(frame, rules, Notes())
    return warnings_of(names, [course_of(units, k) for k in range(len(names))])


def _several(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)} variables ({shown}{more})"
