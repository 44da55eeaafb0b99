"""Random structural systems: a graph, mechanisms, noise and regimes, drawn and then fixed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Ge, Gt, Interval

from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from simulators.base import Simulator
from simulators.components.graphs import Edge, Graph, draw_pools
from simulators.components.noise import Noise
from simulators.components.regimes import Regimes, draw_regimes
from simulators.engine.compiled import CompiledSystem
from simulators.engine.effects import edge_effects, truth
from simulators.engine.pilot import UnstableError, burn_in, run_pilots
from simulators.engine.units import Program, compile_program
from simulators.structural.equations import Functions
from simulators.structural.mechanisms import Difficulty, MechanismName

ROUNDS = 100
"""Most draws of the functions in search of stability and `min_effect`."""


@dataclass(frozen=True, kw_only=True)
class Structural(Simulator):
    """Random structural systems.

    Each observed variable follows its drawn parents by the equation of `simulators.engine.units`.

    Parameters
    ----------
    graph, noise, regimes
        How they are drawn; see the classes.
    mechanism
        One mechanism, or several of which each regime draws one for the edges it rewires (and
        the base graph one for the edges that are kept).
    difficulty
        How far the functions of `gaussian_process`, `spline`, `product`, `threshold` and
        `random_network` are from a straight line; the others have no choice.
    n_latent
        Number of latent confounders: variables without parents but their own past, each driving
        2 to 4 observed ones (beside the in-degree of these), run along and then left out of the
        series and the truth.
    coupling
        Strength of all effects on the mean relative to the noise: the functions of the parents
        are multiplied by it before they are made stable (in `mlp_concat`, what enters them). The
        noise itself is the unit of every function, so that `noise.scale` changes no ratio.
    min_effect
        Smallest acceptable effect of an edge between observed variables, in standard deviations
        of its effect; 0 accepts any. The functions of an effect that has a smaller one are
        redrawn, at most `ROUNDS` times.
    rho
        Contraction rate of the unbounded part, see below.

    Raises
    ------
    ValueError
        If the parts contradict each other.

    Notes
    -----
    Stability by construction. For every effect the Lipschitz constants of the unbounded mean
    units sum over all parents to at most `rho < 1`; where a draw exceeds it, the weights of that
    effect are scaled down, by one factor for all regimes, so that an edge that several regimes
    share has the same function in each. The unbounded part is then a contraction in the
    sup-norm over any `max_lag` steps, whatever the order of the regimes, with acyclic lag-0
    edges too: going through the effects in their order at lag 0, each difference is at most `rho`
    times the largest before it. Bounded units and the noise, whose factor is bounded, add at
    most a constant to it (a Foster-Lyapunov drift condition). Every draw is also run
    checked by `engine.pilot.check_stable`: bounded units can hold a variable in one of
    two states for long, which is a drift, and then the functions are redrawn.

    An edge's function is keyed by cause, effect, lag and origin, so that a kept edge keeps its
    function. Two things are drawn for all parents of one origin together: the outer weights of a
    perceptron, which stay when a parent goes (with noise of unequal sizes up to one factor, from
    that of the parents that are left), and which parents are multiplied in `nonmonotonic`,
    `product` and `threshold`.
    """

    graph: Graph = field(default_factory=Graph)
    mechanism: MechanismName | tuple[MechanismName, ...] = "linear"
    difficulty: Difficulty = "medium"
    noise: Noise = field(default_factory=Noise)
    regimes: Regimes = field(default_factory=Regimes)
    n_latent: Annotated[int, Ge(0)] = 0
    coupling: Annotated[float, Gt(0)] = 1.0
    min_effect: Annotated[float, Ge(0)] = 0.0
    rho: Annotated[float, Interval(gt=0, lt=1)] = 0.9

    def __post_init__(self) -> None:
        if not self.mechanisms:
            raise InputError("mechanism: expected at least one name, found none")
        if self.noise.kind == "heteroscedastic" and "mlp_concat" in self.mechanisms:
            raise InputError(
                "noise.kind: expected a noise without parents, as mlp_concat has no added noise "
                "to scale, found heteroscedastic; use mlp_additive"
            )
        if self.n_latent > 0 and self.graph.n_vars < 2:
            raise InputError(
                f"n_latent: expected 0 with fewer than two variables to confound, found "
                f"{self.n_latent}; raise graph.n_vars"
            )

    @property
    def mechanisms(self) -> tuple[MechanismName, ...]:
        """The mechanisms to draw from."""
        return (self.mechanism,) if isinstance(self.mechanism, str) else tuple(self.mechanism)

    def draw(self, seed: int) -> CompiledSystem:
        """Draw a system; see `simulators.base.Simulator`."""
        n = self.graph.n_vars + self.n_latent
        edges = draw_regimes(draw_pools(self.graph, self.n_latent, seed), self.regimes, seed)
        distributions, sds = self.noise.distributions(n, seed), self.noise.sds(n, seed)
        program, effects = self._accepted(edges, distributions, sds, seed)
        names = tuple(f"X{i}" for i in range(self.graph.n_vars))
        return CompiledSystem(
            names=names,
            max_lag=self.graph.max_lag,
            truth=truth(effects, names, self.graph.max_lag, self.graph.instantaneous > 0),
            program=program,
            distributions=distributions,
            regimes=self.regimes,
            seed=seed,
            burn_in=burn_in(self.graph.max_lag, self.rho),
        )

    def _accepted(
        self, regimes: list[list[Edge]], distributions: tuple[str, ...], sds: FloatArray, seed: int
    ) -> tuple[Program, list[dict[Edge, float]]]:
        """Return the first program whose edges all have the least effect, and their effects."""
        functions = Functions(
            mechanisms=self.mechanisms,
            variance_share=self.noise.variance_share * (self.noise.kind == "heteroscedastic"),
            difficulty=self.difficulty,
            coupling=self.coupling,
            sds=sds,
            rho=self.rho,
            seed=seed,
        )
        attempts: Counter[tuple[int, int]] = Counter()
        for _ in range(ROUNDS):
            program = compile_program(functions.equations(regimes, attempts))
            try:
                pilots = run_pilots(program, distributions, sds, self.graph.max_lag, seed)
            except UnstableError as error:
                problem = str(error)
                rejected = {edge for edges in regimes for edge in edges}
            else:
                effects = edge_effects(program, regimes, pilots, self.graph.max_lag)
                rejected = self._weak(effects)
                if not rejected:
                    return program, effects
                problem = (
                    f"min_effect: expected every edge to reach {self.min_effect:g}, found "
                    f"{len(rejected)} below it with seed {seed}; lower it or graph.in_degree"
                )
            attempts.update({(edge.effect, edge.version) for edge in rejected})
        raise InputError(f"{problem} (functions were drawn {ROUNDS} times)")

    def _weak(self, effects: list[dict[Edge, float]]) -> set[Edge]:
        observed = range(self.graph.n_vars)
        return {
            edge
            for regime in effects
            for edge, size in regime.items()
            if size < self.min_effect and edge.cause in observed and edge.effect in observed
        }
