"""How far back a series remembers, and a suggestion for `max_lag`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from methods.types.arrays import FloatArray

_LONGEST = 20
_MOST_INPUTS = 200
_ROWS = 5000


class Suggestion(NamedTuple):
    """A largest lag, and the largest that was looked at, both in steps."""

    max_lag: int
    looked: int


def autocorrelation(stretches: Sequence[FloatArray]) -> float:
    """Return the correlation of a variable with itself a step before, within stretches."""
    rests = [values - values.mean() for values in stretches]
    return float(sum(r[1:] @ r[:-1] for r in rests) / sum(r @ r for r in rests))


def suggested_lag(parts: Sequence[FloatArray]) -> Suggestion | None:
    """Suggest `max_lag` for parts `(T_k, n_vars)` without missing values, or None if too short.

    Each variable is regressed on `L` lags of all of them, for every `L` that leaves five rows per
    input. The suggestion is the largest of the `L` with the smallest BIC, of any variable. The
    model is linear, and the number a place to start from: what is known of the system comes first.

    References
    ----------
    Schwarz, Annals of Statistics 6, 1978, DOI 10.1214/aos/1176344136.
    """
    n = parts[0].shape[1] if parts else 0
    longest = min(_LONGEST, _MOST_INPUTS // max(n, 1))
    while longest > 0 and _rows(parts, longest) < 5 * (n * longest + 1):
        longest -= 1
    if longest == 0:
        return None
    criteria = np.array([_criteria(parts, lags, longest) for lags in range(longest + 1)])
    return Suggestion(max(1, int(criteria.argmin(axis=0).max())), longest)


def _rows(parts: Sequence[FloatArray], cut: int) -> int:
    return sum(max(len(part) - cut, 0) for part in parts)


def _criteria(parts: Sequence[FloatArray], lags: int, cut: int) -> FloatArray:
    """Return the BIC of each variable with some lags, over the same rows for all of them."""
    used = [part for part in parts if len(part) > cut]
    past = np.concatenate(
        [
            np.hstack([np.ones((len(p) - cut, 1)), *(p[cut - k : len(p) - k] for k in _to(lags))])
            for p in used
        ]
    )[-_ROWS:]
    present = np.concatenate([part[cut:] for part in used])[-_ROWS:]
    basis = np.linalg.qr(past)[0]
    squares = ((present - basis @ (basis.T @ present)) ** 2).sum(axis=0)
    floor = np.finfo(float).eps * (present**2).sum(axis=0)
    count = len(present)
    return np.asarray(
        count * np.log(np.maximum(squares, floor) / count) + past.shape[1] * np.log(count)
    )


def _to(lags: int) -> range:
    return range(1, lags + 1)
