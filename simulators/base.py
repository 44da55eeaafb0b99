"""What a simulator is: a configuration that draws systems, which generate samples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from methods import LaggedGraph, TimeSeries
from methods.types.parameters import Parameters


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
        `var_sortability`, `r2_sortability` and the same with `_lagged`, `autocorrelation`,
        `largest_effect`, `smallest_effect` and `weak_edges`; see `simulators.properties`. Where
        the noise is known also `noise_share`: the share of the variance, mean over variables,
        that the whole past, hidden variables and the regime leave of the next step. No forecast
        has a smaller mean squared error.
    """

    series: TimeSeries
    regimes: tuple[NDArray[np.int64], ...]
    properties: dict[str, float]

    def truth_of(self, system: System) -> LaggedGraph:
        """Return the part of a system's truth that the sample is about.

        With regimes it has their labels, and the graphs of those that occur: a short sample of
        regimes that alternate may never have been in one.
        """
        graphs = system.truth.per_regime
        if not graphs:
            return system.truth
        seen = {int(label) for label in np.unique(np.concatenate(self.regimes))}
        if seen == set(graphs):
            return replace(system.truth, regimes=self.regimes)
        graphs = {label: graph for label, graph in graphs.items() if label in seen}
        return replace(union_of(graphs), regimes=self.regimes)


def union_of(graphs: Mapping[int, LaggedGraph]) -> LaggedGraph:
    """Return the truth of several regimes: the union of their edges, their mean effects."""
    scores = np.mean([graph.scores for graph in graphs.values()], axis=0)
    names = next(iter(graphs.values())).names
    return LaggedGraph(scores, names, scores > 0, per_regime=dict(graphs))


class System(Protocol):
    """One drawn system: its distribution and its truth are fixed, its length is not."""

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


class Simulator(Parameters):
    """A configuration of random systems; a subclass is a frozen keyword-only dataclass.

    `version` is raised when the systems at the same parameters change, so that stored results are
    run again.
    """

    version: ClassVar[int] = 1

    @abstractmethod
    def draw(self, seed: int) -> System:
        """Draw one system; the same seed gives the same system.

        Raises
        ------
        ValueError
            If the configuration contradicts itself or no acceptable system could be drawn.
        """

    def drawable(self, seeds: Sequence[int]) -> tuple[int, ...]:
        """Return those of some seeds that give a system; all of them unless systems are counted.

        Raises
        ------
        ValueError
            If none of them does.
        """
        return tuple(seeds)
