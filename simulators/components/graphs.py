"""Random lagged graphs: who causes whom, and at which lag.

The parents of each effect are drawn from *pools*: so many edges, without replacement, from a list
of candidate `(cause, lag)`. A regime that rewires an edge draws from the pool it came from, so
every rule stated here holds in every regime. It takes places that no regime before it had, as long
as there are any.
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

_OWN = "own past"


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
    longest
        Largest lag of an edge where `max_lag`, the window, is to be longer; null is `max_lag`.
        Paths over several edges then end inside the window.
    self_edges
        `allowed`, `none`, or `forced`: exactly one parent is the variable's own past.
    acyclic
        Whether the causes of a variable, other than itself, come before it in one random order.
        The first have as many parents as there are.
    n_causes
        Only so many variables, the first of that order, cause others, and so confound nearly
        all that they cause; null is all of them.
    instantaneous
        Probability of each possible lag-0 edge along one random causal order, beside the
        lagged parents. The regimes share the order, so that their union is acyclic at lag 0;
        it is also that of `acyclic`.

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
    longest: Annotated[int, Ge(1)] | None = None
    self_edges: Literal["allowed", "forced", "none"] = "allowed"
    acyclic: bool = False
    n_causes: Annotated[int, Ge(1)] | None = None
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
        if not self.allowed_lags or (self.longest or 1) > self.max_lag:
            raise InputError(
                f"graph.longest: expected a lag from {self.allowed_lags.start} to max_lag = "
                f"{self.max_lag}, or null, found {self.longest}"
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
        return range(first, (self.longest or self.max_lag) + 1)

    def order(self, seed: int) -> list[int]:
        """Return the causal order of lag 0, which all of the graph follows where acyclic."""
        return [int(i) for i in stream(seed, "order of lag 0").permutation(self.n_vars)]

    def causes(self, effect: int, seed: int) -> list[int]:
        """Return the variables that may cause another one."""
        order = self.order(seed)
        first = order[: order.index(effect)] if self.acyclic else order
        return sorted(set(first) & set(order[: self.n_causes]) - {effect})


class Edge(NamedTuple):
    """`cause(t - lag) -> effect(t)`; the version is the regime that the edge was drawn for first.

    Version 0 is that of the first regime, whose graph the others rewire.
    """

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
    latent: bool = False


def draw_pools(
    graph: Graph, n_latent: int, seed: int, latent_past: bool = True
) -> tuple[Pool, ...]:
    """Return the pools of every effect; latent variables come after the observed ones.

    Parameters
    ----------
    graph, n_latent, seed
        What is drawn.
    latent_past
        Whether latent variables have their own past at lag 1 as a parent.

    Raises
    ------
    ValueError
        If an effect should have more parents than there are candidates.
    """
    pools = [pool for j in range(graph.n_vars) for pool in _lagged(graph, j, seed)]
    latent = _latent(graph, n_latent, seed)
    kept = (p for p in latent if latent_past or p.purpose != _OWN)
    return (*pools, *_instantaneous(graph, seed), *kept)


def draw_parents(pool: Pool, seed: int, version: int) -> tuple[Edge, ...]:
    """Draw the edges of one pool for one regime, 0 being the first."""
    n = len(pool.candidates)
    shuffled = stream(seed, "graph", pool.purpose, pool.effect).permutation(n)
    # Each regime takes the next places, and the first ones again after the last.
    picks = (shuffled[(version * pool.size + k) % n] for k in range(pool.size))
    return tuple(
        Edge(cause, pool.effect, lag, version)
        for cause, lag in (pool.candidates[pick] for pick in picks)
    )


def _lagged(graph: Graph, effect: int, seed: int) -> Iterator[Pool]:
    """Yield the pool of own pasts (if forced) and the pool of the other lagged parents."""
    own = tuple((effect, lag) for lag in graph.allowed_lags)
    others = tuple((i, lag) for i in graph.causes(effect, seed) for lag in graph.allowed_lags)
    forced = int(graph.self_edges == "forced")
    candidates = others + (own if graph.self_edges == "allowed" else ())
    rng = stream(seed, "in-degree", effect)
    if graph.density is None:
        low, high = graph.degrees
        count = int(rng.integers(low, high, endpoint=True)) - forced
        if graph.acyclic or graph.n_causes:
            count = min(count, len(candidates))
    else:
        count = int(rng.binomial(len(candidates), graph.density))
    if not 0 <= count <= len(candidates):
        raise InputError(
            f"graph.in_degree: expected {forced} to {len(candidates) + forced} parents with this "
            f"n_vars, max_lag, lags and self_edges, found {count + forced}"
        )
    yield Pool(_OWN, effect, own, forced)
    yield Pool("lagged", effect, candidates, count)


def _instantaneous(graph: Graph, seed: int) -> Iterator[Pool]:
    order = graph.order(seed)
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
        yield Pool(_OWN, latent, ((latent, 1),), 1, latent=True)
        rng = stream(seed, "driven by", latent)
        count = rng.integers(2, min(4, graph.n_vars), endpoint=True)
        driven = rng.choice(graph.n_vars, size=count, replace=False).tolist()
        for effect in driven:
            candidates = tuple((latent, lag) for lag in graph.allowed_lags)
            yield Pool(f"latent {latent}", effect, candidates, 1, latent=True)
