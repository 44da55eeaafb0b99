"""What each method needs of a series, against what the series is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import jarque_bera

from methods.inspection.common import Course
from methods.types.arrays import FloatArray
from methods.types.method import Handles

_REGRESSIONS = ("var", "granger_multivariate", "varlingam", "pc", "fci", "cdnod")
_TIGRAMITE = (
    "pcmci",
    "pcmciplus",
    "lpcmci",
    "jpcmciplus",
    "rpcmci",
    "dot_pcmciplus",
    "dot_lpcmci",
)
_PER_INPUT, _PER_INPUT_NONLINEAR = 10, 50


class Series(NamedTuple):
    """What was found in a series."""

    n_vars: int
    max_lag: int
    longest: int
    segments: int
    missing: bool
    few_values: list[str]
    gaussian: list[str]
    courses: Sequence[Course]


class Demand(NamedTuple):
    """One method: fewest steps it runs on, steps to have, and what speaks against it."""

    method: str
    fewest: int
    enough: int
    broken: list[str]


def demands(series: Series, handled: Mapping[str, Handles]) -> list[Demand]:
    """Return a row for each method that is no floor.

    `fewest` is what the method declines below, in one segment. `enough` is ten steps per input
    (variables times lags), and fifty for methods that look for nonlinear effects; these are from
    results on simulated systems (`docs/your_data.md`), no guarantee.
    """
    rows = []
    for name, handles in handled.items():
        if handles.trivial:
            continue
        inputs = series.n_vars * series.max_lag
        per_input = _PER_INPUT_NONLINEAR if handles.nonlinear else _PER_INPUT
        enough = per_input * inputs + series.max_lag
        fewest = _fewest(name, series.n_vars, series.max_lag)
        broken = _broken(name, handles, series)
        if series.longest < fewest:
            broken.insert(0, "too short")
        elif series.longest < enough:
            broken.insert(0, "short")
        rows.append(Demand(name, fewest, enough, broken))
    return rows


def _fewest(name: str, n_vars: int, max_lag: int) -> int:
    if name in _REGRESSIONS:
        return n_vars * (max_lag + 1) + 2 + max_lag
    if name in _TIGRAMITE:
        return 2 * max_lag + n_vars + 3
    if name == "granger_pairwise":
        return min(2, n_vars) * (max_lag + 1) + 2 + max_lag
    return max_lag + 2


def _broken(name: str, handles: Handles, series: Series) -> list[str]:
    found = []
    if series.segments > 1 and not handles.segments:
        found.append(f"one segment only, not {series.segments}")
    if series.missing and not handles.missing:
        found.append("no missing values")
    changing = [
        word
        for word, there in (
            ("trend", any(course.trend for course in series.courses)),
            ("unit root", any(course.unit_root for course in series.courses)),
            ("season", any(course.season is not None for course in series.courses)),
        )
        if there
    ]
    if changing and not handles.changes:
        found.append(f"one distribution ({', '.join(changing)})")
    if series.few_values and not handles.nonlinear:
        found.append(f"linear effects of noise ({', '.join(series.few_values)}: few values)")
    if name == "varlingam" and len(series.gaussian) > 1:
        found.append(f"noise that is not Gaussian ({', '.join(series.gaussian)})")
    return found


def gaussian_noise(parts: Sequence[FloatArray], lags: int, names: Sequence[str]) -> list[str]:
    """Return the variables whose residuals on all variables' lags pass for Gaussian (p > 0.05).

    References
    ----------
    Jarque and Bera, Economics Letters 6, 1980, DOI 10.1016/0165-1765(80)90024-5.
    """
    used = [part for part in parts if len(part) > lags]
    rows = sum(len(part) - lags for part in used)
    if rows < 5 * (lags * len(names) + 1):
        return []
    past = np.concatenate(
        [np.hstack([p[lags - k : len(p) - k] for k in range(1, lags + 1)]) for p in used]
    )
    present = np.concatenate([part[lags:] for part in used])
    past = np.hstack([np.ones((rows, 1)), past])
    rest = present - past @ np.linalg.lstsq(past, present, rcond=None)[0]
    return [name for name, e in zip(names, rest.T, strict=True) if jarque_bera(e).pvalue > 0.05]
