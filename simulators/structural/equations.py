"""From edges to equations: the functions of every edge, drawn and scaled to be stable."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from methods.types.arrays import FloatArray
from simulators.components.graphs import Edge
from simulators.engine.units import IDENTITY, Equation, Input, Unit
from simulators.streams import stream
from simulators.structural.mechanisms import MECHANISMS, Difficulty, Group, MechanismName, variance
from simulators.structural.stability import by_radius, by_row, steady


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
    own
        Coefficient of every variable's own past at lag 1, shape `(n,)`, or None: no such terms.
    n_vars
        Number of observed variables; those after them are latent.
    latent_strength
        Factor on the functions of latent variables.
    rho, max_lag
        Contraction rate of the unbounded part over `max_lag` steps.
    acyclic
        Whether the graph is.
    seed
        Seed of the system.
    """

    mechanisms: tuple[MechanismName, ...]
    variance_share: float
    difficulty: Difficulty
    coupling: float
    sds: FloatArray
    own: FloatArray | None
    n_vars: int
    latent_strength: float
    rho: float
    max_lag: int
    acyclic: bool
    seed: int

    @property
    def sizes(self) -> FloatArray:
        """Standard deviation of every variable if it had its own past and noise alone."""
        return self.sds if self.own is None else self.sds / np.sqrt(1 - self.own**2)

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
        if self.own is None and not self.acyclic:
            return steady(by_row(drawn, self.rho))
        own = np.zeros(len(self.sds)) if self.own is None else self.own
        rate = self.rho ** (1 / self.max_lag)
        return [
            [_remembering(e, j, float(own[j])) for j, e in enumerate(regime)]
            for regime in steady(by_radius(drawn, own, rate, self.max_lag))
        ]

    def _equation(
        self, effect: int, edges: Sequence[Edge], attempts: Mapping[tuple[int, int], int]
    ) -> Equation:
        parents = [edge for edge in edges if edge.effect == effect]
        on_scale = [edge for edge in parents if self._on_scale(edge)]
        on_mean = [edge for edge in parents if edge not in on_scale]
        mean = tuple(
            unit.coupled(self.coupling * (self.latent_strength if group.latent else 1.0))
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
        """Yield the edges that are drawn together: of one version, latent causes apart."""

        def kind(edge: Edge) -> tuple[int, bool]:
            return edge.version, edge.cause >= self.n_vars

        for (version, latent), same in itertools.groupby(sorted(edges, key=kind), key=kind):
            together = tuple(same)
            attempt = attempts.get((together[0].effect, version), 0)
            yield Group(together, self.sizes, self.seed, attempt, self.difficulty, latent)

    def _mechanism(self, version: int) -> MechanismName:
        pick = stream(self.seed, "mechanism of", version).integers(len(self.mechanisms))
        return self.mechanisms[pick]

    def _on_scale(self, edge: Edge) -> bool:
        draw: float = stream(self.seed, "acts on the variance", *edge).random()
        return draw < self.variance_share


def _remembering(equation: Equation, effect: int, own: float) -> Equation:
    """Return the equation with the variable's own past added, where it has any."""
    past = (Unit(IDENTITY, 1.0, (Input(effect, 1, own),)),) if own else ()
    return replace(equation, mean=(*past, *equation.mean))
