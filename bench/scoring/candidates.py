"""From an estimate and a truth to flat lists of candidate edges, one list per level.

The candidates of a level are the entries where the truth makes a claim (`truth.scores` is not
NaN), so they are the same for every method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from methods import LaggedGraph
from methods.types.arrays import BoolArray, FloatArray, IntArray
from methods.types.errors import InputError


@dataclass(frozen=True, eq=False)
class Candidates:
    """The `N` candidate edges of one level; every array has shape `(N,)`.

    Parameters
    ----------
    score
        The estimate's score, NaN where it is silent.
    rank
        Place in the estimate's order: 0 where the estimate is silent, else 1 for its lowest
        score and one more for every larger distinct score. Tied scores share a rank.
    selected
        The estimate's own decision, or None if it makes none.
    true
        Whether the candidate is an edge of the truth.
    size
        Size of the true interventional effect (0 for a non-edge).
    effect
        Index of the effect variable.
    opposite
        Index of the candidate with cause and effect exchanged, or -1 where that is no candidate
        or where time fixes the direction (lags of at least 1).
    """

    score: FloatArray
    rank: IntArray
    selected: BoolArray | None
    true: BoolArray
    size: FloatArray
    effect: IntArray
    opposite: IntArray

    @property
    def n_true(self) -> int:
        """Number of true edges."""
        return int(self.true.sum())

    @property
    def n_reversible(self) -> int:
        """Number of pairs of opposite candidates of which exactly one is true."""
        return len(self.reversible()[0])

    def reversible(self) -> tuple[IntArray, IntArray]:
        """Return the indices `(wrong, right)` of opposite candidates, one false and one true."""
        wrong = np.flatnonzero((self.opposite >= 0) & ~self.true & self.true[self.opposite])
        return wrong, self.opposite[wrong]

    def oracle(self) -> Self:
        """Return the candidates as scored by the truth: edges by effect, above every non-edge."""
        rank = np.where(self.true, 1 + dense_rank(self.size), 1)
        return replace(self, score=self.size, rank=rank, selected=self.true)


class _Level(NamedTuple):
    """Arrays of one shape, indexed `[cause, effect]` or `[cause, effect, lag]`."""

    score: FloatArray
    selected: BoolArray | None
    true: BoolArray
    size: FloatArray

    def without_diagonal(self) -> _Level:
        size = self.size.copy()
        np.fill_diagonal(size, np.nan)
        return self._replace(size=size)


def candidates_by_level(estimate: LaggedGraph, truth: LaggedGraph) -> dict[str, Candidates]:
    """Return the candidates of every level in which the truth makes a claim.

    Parameters
    ----------
    estimate, truth
        Graphs of the same names and shape `(n, n, max_lag + 1)`; the truth has an adjacency. A
        truth of the shape `(n, n, 1)` is a summary graph: it claims that an edge acts at some
        lag, and is compared with the maximum of the estimate over all its lags.

    Returns
    -------
    dict
        `window` (lags of at least 1), `instantaneous` (lag 0 without the diagonal), `summary`
        (maximum over the candidate lags, self-loops counted) and `summary_no_self`; the last two
        alone where the truth is a summary graph.

    Raises
    ------
    ValueError
        If the graphs do not fit together or the truth has no adjacency.
    """
    _check(estimate, truth)
    assert truth.adjacency is not None
    levels: dict[str, _Level] = {}
    if truth.max_lag == 0:
        true, size = truth.adjacency[:, :, 0], truth.scores[:, :, 0]
        summary = _Level(*estimate.summary(), true, size)
    else:
        full = _Level(estimate.scores, estimate.adjacency, truth.adjacency, truth.scores)
        levels["window"] = _at_lags(full, slice(1, None))
        levels["instantaneous"] = _at_lags(full, 0).without_diagonal()
        summary = _summary(full)
    levels |= {"summary": summary, "summary_no_self": summary.without_diagonal()}
    flat = {name: _flatten(level) for name, level in levels.items()}
    return {name: candidates for name, candidates in flat.items() if len(candidates.true)}


def dense_rank(scores: FloatArray) -> IntArray:
    """Return 0 where the score is NaN, else 1, 2, ... in rising order; ties share a rank."""
    ranks = np.zeros(scores.shape, dtype=np.int64)
    scored = ~np.isnan(scores)
    ranks[scored] = 1 + np.unique(scores[scored], return_inverse=True)[1]
    return ranks


def _check(estimate: LaggedGraph, truth: LaggedGraph) -> None:
    if truth.adjacency is None:
        raise InputError(
            "truth: expected an adjacency (the true edges), found none; build it with "
            "adjacency=scores > 0"
        )
    fits = truth.max_lag in (0, estimate.max_lag)
    if estimate.names != truth.names or not fits:
        raise InputError(
            f"estimate: expected the truth's shape {truth.scores.shape} over {truth.names}, "
            f"found {estimate.scores.shape} over {estimate.names}; discover with "
            f"max_lag={truth.max_lag} and the truth's order of variables"
        )


def _at_lags(full: _Level, lags: slice | int) -> _Level:
    selected = None if full.selected is None else full.selected[:, :, lags]
    return _Level(full.score[:, :, lags], selected, full.true[:, :, lags], full.size[:, :, lags])


def _summary(full: _Level) -> _Level:
    claimed = ~np.isnan(full.size)
    return _Level(
        np.fmax.reduce(np.where(claimed, full.score, np.nan), axis=2),
        None if full.selected is None else np.any(full.selected & claimed, axis=2),
        np.any(full.true, axis=2),
        np.fmax.reduce(full.size, axis=2),
    )


def _flatten(level: _Level) -> Candidates:
    at = np.nonzero(~np.isnan(level.size))
    cause, effect = at[0], at[1]
    opposite = np.full(len(cause), -1)
    if level.size.ndim == 2:
        index = np.full(level.size.shape, -1)
        index[cause, effect] = np.arange(len(cause))
        opposite = index[effect, cause]
    return Candidates(
        score=level.score[at],
        rank=dense_rank(level.score[at]),
        selected=None if level.selected is None else level.selected[at],
        true=level.true[at],
        size=level.size[at],
        effect=effect,
        opposite=opposite,
    )
