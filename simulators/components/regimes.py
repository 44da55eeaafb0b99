"""Regimes: how a system's graph changes, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Interval

from methods.types.arrays import IntArray
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
        `segments`: one long segment per regime, run apart, `n_samples` shared out evenly.
        `switching`: one segment; a regime lasts a geometric number of steps, then another one,
        drawn uniformly, takes over.
    mean_dwell
        Mean number of steps of a stay under `switching`.
    level
        Heterogeneity: the expected share of each regime's edges that is rewired against the base
        graph. 0 gives identical regimes, 1 independent ones with new functions. A regime keeps
        every variable's number of parents.
    """

    n_regimes: Annotated[int, Ge(1)] = 1
    layout: Literal["segments", "switching"] = "segments"
    mean_dwell: Annotated[float, Ge(1)] = 1000.0
    level: Annotated[float, Interval(ge=0, le=1)] = 1.0

    def labels(self, n_samples: int, seed: int) -> tuple[IntArray, ...]:
        """Return the regime of every step, one array per segment."""
        if self.layout == "switching" and self.n_regimes > 1:
            return (_switching(self.n_regimes, self.mean_dwell, n_samples, seed),)
        share, rest = divmod(n_samples, self.n_regimes)
        return tuple(np.full(share + (k < rest), k) for k in range(self.n_regimes))


def _switching(n_regimes: int, mean_dwell: float, n_samples: int, seed: int) -> IntArray:
    dwell, jump = stream(seed, "dwell"), stream(seed, "next regime")
    first = jump.integers(n_regimes)
    stays, jumps = np.empty(0, dtype=np.int64), np.array([first])
    while stays.sum() < n_samples:
        # Blocks of one size, so that a longer series begins with the same draws.
        # A stay as long as the series ends it.
        drawn = np.minimum(dwell.geometric(1 / mean_dwell, _BLOCK), n_samples)
        stays = np.concatenate([stays, drawn])
        jumps = np.concatenate([jumps, jump.integers(1, n_regimes, _BLOCK)])
    n_stays = int(np.searchsorted(np.cumsum(stays), n_samples)) + 1
    labels = np.cumsum(jumps[:-1]) % n_regimes
    return np.repeat(labels[:n_stays], stays[:n_stays])[:n_samples]


def draw_regimes(pools: Sequence[Pool], config: Regimes, seed: int) -> list[list[Edge]]:
    """Return the edges of every regime.

    Each regime has a complete graph of its own and one uniform number per edge of the base graph;
    where that number is below `level` the regime's edge takes the place of the base edge. A sweep
    over `level` is therefore nested: an edge once rewired stays rewired, to the same place.
    """
    base = [draw_parents(pool, seed, 0) for pool in pools]
    if config.n_regimes == 1:
        return [[edge for edges in base for edge in edges]]
    return [
        [
            edge
            for pool, kept in zip(pools, base, strict=True)
            for edge in _rewired(pool, kept, k, config.level, seed)
        ]
        for k in range(config.n_regimes)
    ]


def _rewired(
    pool: Pool, kept: tuple[Edge, ...], regime: int, level: float, seed: int
) -> list[Edge]:
    fresh = _matched(kept, draw_parents(pool, seed, regime + 1))
    draws = stream(seed, "rewire", pool.purpose, pool.effect, regime).random(len(kept))
    return [new if u < level else old for old, new, u in zip(kept, fresh, draws, strict=True)]


def _matched(kept: Sequence[Edge], fresh: Sequence[Edge]) -> list[Edge]:
    """Order the fresh edges so that one at the place of a kept edge replaces that very edge.

    Any mixture of the two lists is then free of doubles.
    """
    by_place = {edge[:3]: edge for edge in fresh}
    places = {edge[:3] for edge in kept}
    others = (edge for edge in fresh if edge[:3] not in places)
    return [by_place[old[:3]] if old[:3] in by_place else next(others) for old in kept]
