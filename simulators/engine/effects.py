"""The size of each edge: its interventional effect, and the truth that holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from methods import LaggedGraph
from simulators.base import union_of
from simulators.components.graphs import Edge
from simulators.engine.pilot import Pilot
from simulators.engine.units import Program

STATES = 1_000
"""States of the pilot run over which an effect is averaged."""

SMALLEST = 1e-12
"""Given to an edge whose estimated effect is 0, so that it still ranks above every non-edge."""


def edge_effects(
    program: Program, regimes: Sequence[Sequence[Edge]], pilots: Sequence[Pilot], max_lag: int
) -> list[dict[Edge, float]]:
    """Return the direct effect of every edge in every regime.

    The effect of `i(t - l) -> j(t)` is

        E | f_j(.., x_i(t - l) + sd_i, ..; eps_j) - f_j(.., x_i(t - l), ..; eps_j) | / sd_j,

    the mean over `STATES` states of a pilot run, with the other parents and the noise held (common
    random numbers). For a linear edge it is `|a| sd_i / sd_j`. The absolute value is taken before
    the mean, so that edges that act on the variance only, or up here and down there, are seen; an
    effect defined as the absolute value of the mean difference would not see them.
    """
    return [
        _effects(program, k, edges, pilot, max_lag)
        for k, (edges, pilot) in enumerate(zip(regimes, pilots, strict=True))
    ]


def _effects(
    program: Program, regime: int, edges: Sequence[Edge], pilot: Pilot, max_lag: int
) -> dict[Edge, float]:
    """Run each effect's equation alone on windows of the pilot run, one cause moved."""
    from simulators.engine.kernel import run  # with numba, which loads slowly

    last = np.linspace(max_lag, len(pilot.x) - 1, STATES, dtype=np.int64)
    windows = pilot.x[last[:, None] + np.arange(-max_lag, 1)]
    labels = np.full(STATES * (max_lag + 1), regime)
    effects = {}
    for edge in edges:
        cause = windows[:, max_lag - edge.lag, edge.cause]
        effect = windows[:, max_lag, edge.effect]
        kept = cause.copy()
        cause += pilot.sds[edge.cause]
        effect[:] = pilot.noise[last, edge.effect]
        alone = program._replace(order=np.full_like(program.order[:, :1], edge.effect))
        run(alone, windows.reshape(-1, windows.shape[2]), labels, max_lag, max_lag + 1)
        change = np.abs(effect - pilot.x[last, edge.effect]).mean()
        effects[edge] = max(float(change / pilot.sds[edge.effect]), SMALLEST)
        cause[:], effect[:] = kept, pilot.x[last, edge.effect]
    return effects


def truth(
    effects: Sequence[Mapping[Edge, float]],
    names: tuple[str, ...],
    max_lag: int,
    instantaneous: bool,
) -> LaggedGraph:
    """Return the graph over the named variables, the first of the system.

    Parameters
    ----------
    effects
        Size of every edge, one mapping per regime; edges of unnamed variables are left out.
    names, max_lag
        Names of the observed variables, and the largest lag.
    instantaneous
        Whether lag 0 is part of the system; if not, it is NaN.
    """
    graphs = [_graph(regime, names, max_lag, instantaneous) for regime in effects]
    if len(graphs) == 1:
        return graphs[0]
    return union_of(dict(enumerate(graphs)))


def _graph(
    effects: Mapping[Edge, float], names: tuple[str, ...], max_lag: int, instantaneous: bool
) -> LaggedGraph:
    n = len(names)
    scores = np.zeros((n, n, max_lag + 1))
    for edge, size in effects.items():
        if edge.cause < n and edge.effect < n:
            scores[edge.cause, edge.effect, edge.lag] = size
    adjacency = scores > 0
    scores[:, :, 0][np.eye(n, dtype=bool) | (not instantaneous)] = np.nan
    return LaggedGraph(scores, names, adjacency)
