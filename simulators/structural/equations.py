"""From edges to equations: the functions of every edge, drawn and scaled to be stable."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from methods.types.arrays import FloatArray
from simulators.components.graphs import Edge
from simulators.engine.units import Equation, Unit
from simulators.streams import stream
from simulators.structural.mechanisms import MECHANISMS, Difficulty, Group, MechanismName, variance

_LARGEST_SWING = 0.9  # of the factor of the noise around 1, so that it stays positive


@dataclass(frozen=True, eq=False, kw_only=True)
class Functions:
    """Draws the functions of a system.

    Parameters
    ----------
    mechanisms
        Names to draw from: one for the base graph, one for each regime's own edges.
    variance_share
        Probability that an edge acts on the variance only.
    difficulty
        Of the functions, where a mechanism has a choice.
    coupling
        Strength of the functions of the mean; see `Structural`.
    sds
        Standard deviation of every variable's noise, shape `(n,)`.
    rho
        Largest sum of Lipschitz constants of unbounded units per effect.
    seed
        Seed of the system.
    """

    mechanisms: tuple[MechanismName, ...]
    variance_share: float
    difficulty: Difficulty
    coupling: float
    sds: FloatArray
    rho: float
    seed: int

    def equations(
        self, regimes: Sequence[Sequence[Edge]], attempts: Mapping[tuple[int, int], int]
    ) -> list[list[Equation]]:
        """Return `[regime][effect]` equations.

        Parameters
        ----------
        regimes
            The edges of every regime.
        attempts
            How often the functions of `(effect, version)` have been rejected; 0 where absent.
        """
        drawn = [
            [self._equation(j, edges, attempts) for j in range(len(self.sds))] for edges in regimes
        ]
        # One factor per effect over all regimes: an edge they share keeps the same function.
        by_effect = [_stabilised(same, self.rho) for same in zip(*drawn, strict=True)]
        return [list(regime) for regime in zip(*by_effect, strict=True)]

    def _equation(
        self, effect: int, edges: Sequence[Edge], attempts: Mapping[tuple[int, int], int]
    ) -> Equation:
        parents = [edge for edge in edges if edge.effect == effect]
        on_scale = [edge for edge in parents if self._on_scale(edge)]
        on_mean = [edge for edge in parents if edge not in on_scale]
        mean = tuple(
            unit.coupled(self.coupling)
            for group in self._groups(on_mean, attempts)
            for unit in MECHANISMS[self._mechanism(group.version)](group)
        )
        scale = tuple(u for group in self._groups(on_scale, attempts) for u in variance(group))
        # A perceptron that takes the noise as an input leaves none to be added.
        added = not any(unit.noise for unit in mean)
        return Equation(mean, scale, float(self.sds[effect]) if added else 0.0)

    def _groups(
        self, edges: Sequence[Edge], attempts: Mapping[tuple[int, int], int]
    ) -> Iterator[Group]:
        """Yield the edges of each version, which are drawn together."""
        ordered = sorted(edges, key=lambda edge: edge.version)
        for version, same in itertools.groupby(ordered, key=lambda edge: edge.version):
            together = tuple(same)
            attempt = attempts.get((together[0].effect, version), 0)
            yield Group(together, self.sds, self.seed, attempt, self.difficulty)

    def _mechanism(self, version: int) -> MechanismName:
        pick = stream(self.seed, "mechanism of", version).integers(len(self.mechanisms))
        return self.mechanisms[pick]

    def _on_scale(self, edge: Edge) -> bool:
        draw: float = stream(self.seed, "acts on the variance", *edge).random()
        return draw < self.variance_share


def _stabilised(equations: Sequence[Equation], rho: float) -> list[Equation]:
    """Scale the equations of one effect in all regimes by one factor."""
    mean = _factor(rho, [sum(u.lipschitz() for u in e.mean) for e in equations])
    scale = _factor(_LARGEST_SWING, [sum(abs(u.weight) for u in e.scale) for e in equations])
    return [
        replace(e, mean=_scaled(e.mean, mean), scale=_scaled(e.scale, scale)) for e in equations
    ]


def _factor(budget: float, sums: Sequence[float]) -> float:
    return budget / max(*sums, budget)


def _scaled(units: Sequence[Unit], factor: float) -> tuple[Unit, ...]:
    return tuple(unit.scaled(factor) for unit in units)
