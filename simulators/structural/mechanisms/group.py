"""What a mechanism is given: edges into one effect, their random streams, and their units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from methods.types.arrays import FloatArray
from simulators.components.graphs import Edge
from simulators.engine.units import COS, FACTOR, Input, Unit
from simulators.streams import stream

Difficulty = Literal["easy", "medium", "hard"]

POINTS: Final[FloatArray] = np.linspace(-6.0, 6.0, 601)
"""Values of a cause in units of its noise, at which functions are measured."""

# The sum of its noise and its parents is about so much wider than its noise.
_WIDTH = 1.5
_DENSITY = np.exp(-0.5 * (POINTS / _WIDTH) ** 2)
_DENSITY /= _DENSITY.sum()


@dataclass(frozen=True, eq=False)
class Group:
    """Edges into one effect that were drawn together: the base graph's or one regime's.

    Parameters
    ----------
    edges
        At least one edge, all of one effect and one version.
    sds
        Standard deviation of the noise of every variable, shape `(n,)`, or of what its own past
        makes of the noise. Functions take a cause in these units and return it in the same, so
        that their shape fits whatever the noise; for the linear mechanism this changes nothing.
    seed, attempt
        Key of the draws; another attempt gives other functions.
    difficulty
        How far functions are from a straight line, where a mechanism has a choice.
    latent
        Whether the causes are latent.
    """

    edges: tuple[Edge, ...]
    sds: NDArray[np.float64]
    seed: int
    attempt: int
    difficulty: Difficulty = "medium"
    latent: bool = False

    @property
    def effect(self) -> int:
        """The effect of all edges."""
        return self.edges[0].effect

    @property
    def version(self) -> int:
        """The version of all edges."""
        return self.edges[0].version

    @property
    def size(self) -> float:
        """Root mean square of the noise of the causes."""
        return float(np.sqrt(np.mean([self.sds[edge.cause] ** 2 for edge in self.edges])))

    def stream(self, *edge: int) -> np.random.Generator:
        """Return the stream of one edge, given as `*edge`, or of the whole group."""
        whole = (self.effect, self.version, self.attempt)
        purpose = "latent mechanism" if self.latent else "mechanism"
        return stream(self.seed, purpose, *whole, *edge)

    def input(self, edge: Edge, gain: float) -> Input:
        """Return the cause in units of its noise, times `gain`."""
        return Input(edge.cause, edge.lag, gain / float(self.sds[edge.cause]))

    def unit(self, edge: Edge, code: int, weight: float, gain: float, bias: float = 0.0) -> Unit:
        """Return `weight * phi(gain * cause + bias)` in units of the noise of the cause."""
        weight = weight * float(self.sds[edge.cause])
        return Unit(code, weight, (self.input(edge, gain),), bias)

    def constant(self, edge: Edge, weight: float) -> Unit:
        """Return `weight`, in units of the noise of the cause."""
        return Unit(COS, weight * float(self.sds[edge.cause]), ())

    def factor(self, edge: Edge, code: int, gain: float, bias: float = 0.0) -> Unit:
        """Return `phi(gain * cause + bias)` as a factor of the next unit."""
        return Unit(code, 1.0, (self.input(edge, gain),), bias, role=FACTOR)

    def pairs(self, rng: np.random.Generator) -> Iterator[tuple[Edge, ...]]:
        """Yield random pairs of edges, of different causes; an edge that is left comes alone."""
        edges = [self.edges[k] for k in rng.permutation(len(self.edges))]
        while edges:
            first = edges.pop()
            others = [k for k, edge in enumerate(edges) if edge.cause != first.cause]
            yield (first, edges.pop(others[-1])) if others else (first,)


def signed(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw uniformly from `[low, high]`, with a random sign."""
    return float(rng.choice((-1.0, 1.0)) * rng.uniform(low, high))


def moments(values: FloatArray) -> tuple[float, float]:
    """Return mean and deviation of values at `POINTS`, under a normal of deviation 1.5."""
    mean = float(_DENSITY @ values)
    return mean, float(np.sqrt(_DENSITY @ (values - mean) ** 2))
