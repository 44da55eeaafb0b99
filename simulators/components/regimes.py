"""Regimes: how a system's graph changes, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Interval

from methods.types.arrays import FloatArray, IntArray
from methods.types.parameters import Parameters
from simulators.components.graphs import Edge, Pool, draw_parents
from simulators.streams import stream

_BLOCK = 1024


@dataclass(frozen=True, kw_only=True)
class Regimes(Parameters):
    """How many regimes, how different, and how they follow each other.

    Parameters
    ----------
    n_regimes
        Number of regimes; 1 is a stationary system.
    layout
        `switching`: one segment. All regimes come once, in random order; then another one, drawn
        uniformly, follows the last. A stay lasts a geometric number of steps.
        `segments`: one long segment per regime, run apart, `n_samples` shared out evenly. This
        hands the borders to whoever looks at the segments one by one.
    mean_dwell
        Mean number of steps of a stay under `switching`.
    dwell_spread
        Each regime has a mean stay of its own, log-uniform within this factor of `mean_dwell`, at
        least 1 step; with 1 they are equal.
    level
        Heterogeneity: the share of the edges in which any two regimes differ, rounded to whole
        edges. These are drawn anew for every regime but the first, with new functions; the others
        stay what they are in the first. 0 gives identical regimes, 1 regimes without a common
        edge. A regime keeps every variable's number of parents. Edges of latent variables are
        counted apart. Where a variable has fewer places than its parents in all regimes need,
        places come again, with another function.
    """

    n_regimes: Annotated[int, Ge(1)] = 1
    layout: Literal["switching", "segments"] = "switching"
    mean_dwell: Annotated[float, Ge(1)] = 300.0
    dwell_spread: Annotated[float, Ge(1)] = 2.0
    level: Annotated[float, Interval(ge=0, le=1)] = 1.0

    def labels(self, n_samples: int, seed: int) -> tuple[IntArray, ...]:
        """Return the regime of every step, one array per segment."""
        if self.layout == "switching" and self.n_regimes > 1:
            return (self._switching(n_samples, seed),)
        share, rest = divmod(n_samples, self.n_regimes)
        return tuple(np.full(share + (k < rest), k) for k in range(self.n_regimes))

    def mean_dwells(self, seed: int) -> FloatArray:
        """Return the mean stay in every regime, in steps."""
        powers = stream(seed, "mean dwell").uniform(-1.0, 1.0, self.n_regimes)
        return np.asarray(np.maximum(self.mean_dwell * self.dwell_spread**powers, 1.0))

    def _switching(self, n_samples: int, seed: int) -> IntArray:
        means, n = self.mean_dwells(seed), self.n_regimes
        dwell, jump = stream(seed, "dwell"), stream(seed, "next regime")
        labels: IntArray = jump.permutation(n)
        stays = dwell.geometric(1 / means[labels])
        while stays.sum() < n_samples:
            # Blocks of one size, so that a longer series begins with the same draws.
            following = (labels[-1] + np.cumsum(jump.integers(1, n, _BLOCK))) % n
            labels = np.concatenate([labels, following])
            stays = np.concatenate([stays, dwell.geometric(1 / means[following])])
        # A stay as long as the series ends it.
        return np.repeat(labels, np.minimum(stays, n_samples))[:n_samples]


def draw_regimes(pools: Sequence[Pool], config: Regimes, seed: int) -> list[list[Edge]]:
    """Return the edges of every regime.

    One uniform number per edge of the first regime decides the order in which a growing `level`
    rewires them. A sweep over `level` is therefore nested: an edge once rewired stays rewired, to
    the same place.
    """
    base = [draw_parents(pool, seed, 0) for pool in pools]
    rewired = _rewired(pools, config.level, seed)
    return [
        [
            new if anew else old
            for pool, kept, marks in zip(pools, base, rewired, strict=True)
            for old, new, anew in zip(
                kept, _matched(kept, draw_parents(pool, seed, regime)), marks, strict=True
            )
        ]
        for regime in range(config.n_regimes)
    ]


def _rewired(pools: Sequence[Pool], level: float, seed: int) -> list[list[bool]]:
    """Return which edges of every pool are rewired: of all, and of all latent ones, this share."""
    draws = [stream(seed, "rewire", p.purpose, p.effect).random(p.size).tolist() for p in pools]
    last = {
        latent: _smallest(
            [d for p, ds in zip(pools, draws, strict=True) for d in ds if p.latent == latent],
            level,
        )
        for latent in (False, True)
    }
    return [[d <= last[p.latent] for d in ds] for p, ds in zip(pools, draws, strict=True)]


def _smallest(draws: Sequence[float], share: float) -> float:
    """Return the largest of the smallest draws that make up a share of all; -1 for none."""
    count = int(share * len(draws) + 0.5)
    return sorted(draws)[count - 1] if count else -1.0


def _matched(kept: Sequence[Edge], fresh: Sequence[Edge]) -> list[Edge]:
    """Order the fresh edges so that one at the place of a kept edge replaces that very edge.

    Any mixture of the two lists is then free of doubles.
    """
    by_place = {edge[:3]: edge for edge in fresh}
    places = {edge[:3] for edge in kept}
    others = (edge for edge in fresh if edge[:3] not in places)
    return [by_place[old[:3]] if old[:3] in by_place else next(others) for old in kept]
