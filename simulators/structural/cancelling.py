"""Near-cancelling paths: a direct edge against an indirect path of the same lag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulators.components.graphs import Edge
from simulators.engine.units import IDENTITY, Equation, Input, Unit
from simulators.streams import stream


class Path(NamedTuple):
    """`first` into a mediator and `second` out of it, over distinct variables."""

    first: Edge
    second: Edge

    @property
    def direct(self) -> Edge:
        """The edge past the mediator, at the lag of the path."""
        return Edge(self.first.cause, self.second.effect, self.first.lag + self.second.lag)


def draw_paths(edges: Sequence[Edge], n_vars: int, max_lag: int, seed: int) -> list[Path]:
    """Return one path into every observed variable that has one inside the window.

    The place of its direct edge is free.
    """
    taken = {edge[:3] for edge in edges}
    observed = [edge for edge in edges if max(edge.cause, edge.effect) < n_vars]
    found = []
    for effect in range(n_vars):
        paths = [
            Path(first, second)
            for second in observed
            for first in observed
            if second.effect == effect and first.effect == second.cause
        ]
        free = [path for path in paths if _fits(path, max_lag) and path.direct[:3] not in taken]
        if free:
            found.append(free[stream(seed, "cancelled path", effect).integers(len(free))])
    return found


def _fits(path: Path, max_lag: int) -> bool:
    (i, k, _, _), (_, j, _, _) = path
    return len({i, k, j}) == 3 and 1 <= path.direct.lag <= max_lag


def add_direct(
    equations: Sequence[Equation], paths: Sequence[Path], share: float
) -> list[Equation]:
    """Add, to linear equations, each direct edge with `-share` times the effect of its path."""
    direct = {
        path.second.effect: Unit(
            IDENTITY,
            1.0,
            (
                Input(
                    path.first.cause,
                    path.direct.lag,
                    -share * _slope(equations, path.first) * _slope(equations, path.second),
                ),
            ),
        )
        for path in paths
    }
    return [
        Equation((*e.mean, direct[j]), e.scale, e.sd) if j in direct else e
        for j, e in enumerate(equations)
    ]


def _slope(equations: Sequence[Equation], edge: Edge) -> float:
    return sum(
        unit.weight * entry.coefficient
        for unit in equations[edge.effect].mean
        for entry in unit.inputs
        if (entry.cause, entry.lag) == (edge.cause, edge.lag)
    )
