"""Random lagged graphs: who causes whom, and at which lag.

The parents of each effect are drawn from *pools*: so many edges, without replacement, from a list
of candidate `(cause, lag)`. A regime that rewires an edge draws from the pool it came from, so
every rule stated here holds in every regime.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from annotated_types import Ge, Interval

from methods.types.errors import InputError
from methods.types.parameters import Parameters
from simulators.streams import stream

Degree = Annotated[int, Ge(0)]


@dataclass(frozen=True, kw_only=True)
class Graph(Parameters):
    """How a lagged graph is drawn.

    Parameters
    ----------
    n_vars
        Number of observed variables.
    max_lag
        Largest lag, in steps.
    in_degree
        Lagged parents per variable: one number, or an inclusive range drawn uniformly.
    density
        Instead of `in_degree`: the probability of each possible lagged edge (Erdos-Renyi).
    lags
        `any` in 1 to `max_lag`, `fixed` at `max_lag`, or `minimum`: in `min_lag` to `max_lag`.
    min_lag
        Smallest lag under `lags="minimum"`, in steps.
    self_edges
        `allowed`, `none`, or `forced`: exactly one parent is the variable's own past.
    instantaneous
        Probability of each possible lag-0 edge along one random causal order, beside the
        lagged parents. The regimes share the order, so that their union is acyclic at lag 0.

    Raises
    ------
    ValueError
        If not exactly one of `in_degree` and `density` is given, or the lags are contradictory.
    """

    n_vars: Annotated[int, Ge(1)] = 10
    max_lag: Annotated[int, Ge(1)] = 5
    in_degree: (
        Annotated[int, Ge(0)] | tuple[Annotated[int, Ge(0)], Annotated[int, Ge(0)]] | None
    ) = (
        2,
        3,
    )
    density: Annotated[float, Interval(ge=0, le=1)] | None = None
    lags: Literal["any", "fixed", "minimum"] = "any"
    min_lag: Annotated[int, Ge(1)] = 1
    self_edges: Literal["allowed", "forced", "none"] = "allowed"
    instantaneous: Annotated[float, Interval(ge=0, le=1)] = 0.0

    def __post_init__(self) -> None:
        if (self.in_degree is None) == (self.density is None):
            raise InputError(
                f"graph: expected exactly one of in_degree and density, found in_degree="
                f"{self.in_degree} and density={self.density}; set the other to null"
            )
        low, high = self.degrees
        if low > high:
            raise InputError(f"graph.in_degree: expected [low, high], found [{low}, {high}]")
        if self.min_lag > self.max_lag or (self.min_lag > 1 and self.lags != "minimum"):
            raise InputError(
                f"graph.min_lag: expected 1, or at most max_lag = {self.max_lag} with "
                f"lags=minimum, found {self.min_lag} with lags={self.lags}"
            )

    @property
    def degrees(self) -> tuple[int, int]:
        """Smallest and largest number of lagged parents; (0, 0) where `density` decides."""
        degree = self.in_degree or 0
        return (degree, degree) if isinstance(degree, int) else (degree[0], degree[1])

    @property
    def allowed_lags(self) -> range:
        """The lags that an edge may have, without lag 0."""
        first = {"any": 1, "minimum": self.min_lag, "fixed": self.max_lag}[self.lags]
        return range(first, self.max_lag + 1)


class Edge(NamedTuple):
    """`cause(t - lag) -> effect(t)`; version 0 is the base graph's, `k + 1` regime `k`'s."""

    cause: int
    effect: int
    lag: int
    version: int = 0


class Pool(NamedTuple):
    """`size` edges into `effect`, drawn from `candidates` of `(cause, lag)`."""

    purpose: str
    effect: int
    candidates: tuple[tuple[int, int], ...]
    size: int


def draw_pools(graph: Graph, n_latent: int, seed: int) -> tuple[Pool, ...]:
    """Return the pools of every effect; latent variables come after the observed ones.

    Raises
    ------
    ValueError
        If an effect should have more parents than there are candidates.
    """
    pools = [pool for j in range(graph.n_vars) for pool in _lagged(graph, j, seed)]
    return (*pools, *_instantaneous(graph, seed), *_latent(graph, n_latent, seed))


def draw_parents(pool: Pool, seed: int, version: int) -> tuple[Edge, ...]:
    """Draw the edges of one pool for the base graph (version 0) or for a regime."""
    rng = stream(seed, "graph", pool.purpose, pool.effect, version)
    picks = rng.choice(len(pool.candidates), size=pool.size, replace=False)
    return tuple(
        Edge(cause, pool.effect, lag, version)
        for cause, lag in (pool.candidates[pick] for pick in picks)
    )


def _lagged(graph: Graph, effect: int, seed: int) -> Iterator[Pool]:
    """Yield the pool of own pasts (if forced) and the pool of the other lagged parents."""
    own = tuple((effect, lag) for lag in graph.allowed_lags)
    others = tuple(
        (i, lag) for i in range(graph.n_vars) if i != effect for lag in graph.allowed_lags
    )
    forced = int(graph.self_edges == "forced")
    candidates = others + (own if graph.self_edges == "allowed" else ())
    rng = stream(seed, "in-degree", effect)
    if graph.density is None:
        low, high = graph.degrees
        count = int(rng.integers(low, high, endpoint=True)) - forced
    else:
        count = int(rng.binomial(len(candidates), graph.density))
    if not 0 <= count <= len(candidates):
        raise InputError(
            f"graph.in_degree: expected {forced} to {len(candidates) + forced} parents with this "
            f"n_vars, max_lag, lags and self_edges, found {count + forced}"
        )
    yield Pool("own past", effect, own, forced)
    yield Pool("lagged", effect, candidates, count)


def _instantaneous(graph: Graph, seed: int) -> Iterator[Pool]:
    order = stream(seed, "order of lag 0").permutation(graph.n_vars).tolist()
    for position, effect in enumerate(order):
        causes = tuple((cause, 0) for cause in order[:position])
        count = stream(seed, "in-degree at lag 0", effect).binomial(position, graph.instantaneous)
        yield Pool("lag 0", effect, causes, int(count))


def _latent(graph: Graph, n_latent: int, seed: int) -> Iterator[Pool]:
    """Yield each latent variable's own past at lag 1, and one pool per variable it drives.

    A latent variable has no other parent and drives 2 to 4 observed variables; which ones is
    the same in all regimes.
    """
    for latent in range(graph.n_vars, graph.n_vars + n_latent):
        yield Pool("own past", latent, ((latent, 1),), 1)
        rng = stream(seed, "driven by", latent)
        count = rng.integers(2, min(4, graph.n_vars), endpoint=True)
        driven = rng.choice(graph.n_vars, size=count, replace=False).tolist()
        for effect in driven:
            candidates = tuple((latent, lag) for lag in graph.allowed_lags)
            yield Pool(f"latent {latent}", effect, candidates, 1)
