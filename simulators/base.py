"""What a simulator is: a configuration that draws systems, which generate samples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from methods import LaggedGraph, TimeSeries


@dataclass(frozen=True, eq=False)
class Sample:
    """One generated series and what is known about it.

    Parameters
    ----------
    series
        What a method may see: one or more segments, without regime labels.
    regimes
        For each segment the regime of every step, shape `(T_k,)`; all 0 without regimes.
    properties
        `var_sortability`, `r2_sortability`, `autocorrelation`, `largest_effect`,
        `smallest_effect` and `weak_edges`; see `simulators.properties`.
    """

    series: TimeSeries
    regimes: tuple[NDArray[np.int64], ...]
    properties: dict[str, float]


class System(Protocol):
    """One drawn system: its law and its truth are fixed, its length is not."""

    @property
    def names(self) -> tuple[str, ...]:
        """One name per observed variable."""

    @property
    def max_lag(self) -> int:
        """Largest lag of the truth, in steps."""

    @property
    def truth(self) -> LaggedGraph:
        """The graph: `adjacency` holds the edges and `scores` the size of their effects.

        Non-edges score exactly 0 and edges more than 0. With regimes, `per_regime[k]` holds the
        graph of regime `k`; the graph itself holds the union of the edges and the mean of the
        effects over the regimes. Lag 0 is NaN, unless the system has instantaneous edges: then
        only its diagonal is. Where lags are unknown, as in recorded data, the graph has the shape
        `(n, n, 1)` and claims that an edge acts at some lag.
        """

    def generate(self, n_samples: int) -> Sample:
        """Return `n_samples` steps over all segments.

        Each segment of a shorter sample is the beginning of the same segment of a longer one.

        Raises
        ------
        ValueError
            If a segment would have fewer than `max_lag + 2` rows.
        """


class Simulator(ABC):
    """A configuration of random systems; a subclass is a frozen keyword-only dataclass."""

    @abstractmethod
    def draw(self, seed: int) -> System:
        """Draw one system; the same seed gives the same system.

        Raises
        ------
        ValueError
            If the configuration contradicts itself or no acceptable system could be drawn.
        """
