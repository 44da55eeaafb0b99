"""Random structural systems: a graph, mechanisms, noise and regimes, drawn and then fixed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Interval

from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from simulators.base import Simulator
from simulators.components.graphs import Edge, Graph, draw_pools
from simulators.components.noise import Noise
from simulators.components.regimes import Regimes, draw_regimes
from simulators.engine.compiled import CompiledSystem
from simulators.engine.effects import edge_effects, truth
from simulators.engine.pilot import Pilot, UnstableError, burn_in, run_pilots
from simulators.engine.units import Program, compile_program
from simulators.streams import stream
from simulators.structural.cancelling import Path, add_direct, draw_paths
from simulators.structural.equations import Functions
from simulators.structural.identity import own_seed
from simulators.structural.mechanisms import Difficulty, MechanismName

ROUNDS = 100
"""Most draws of the functions in search of stability and `min_effect`."""

Own = Annotated[float, Interval(ge=0, lt=1)]


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
        How far the functions of `nonmonotonic`, `gaussian_process`, `spline`, `product`,
        `threshold` and `random_network` are from a straight line; the others have no choice.
    n_latent
        Number of latent confounders: variables without parents but their own past, each driving
        2 to 4 observed ones (beside the in-degree of these), run along and then left out of the
        series and the truth.
    latent_strength
        Factor on the functions of latent variables; they bear more where `autocorrelation` is
        given, see below.
    autocorrelation
        `[low, high]` in [0, 1): each variable, latent ones too, has a coefficient of its own past
        at lag 1 drawn uniformly from it, in all regimes the same, beside the parents of the
        graph; `graph.self_edges` is then `none`. Null is no such term.
    cancelling
        Where a variable has an indirect cause over a path of two edges inside the window, and no
        edge from it at the lag of the path, it gets one of the opposite sign: minus this share of
        the path's effect, so that `1 - cancelling` of it is left. One path per variable; 0 is
        none. For linear acyclic graphs with one regime.
    observation_noise
        Standard deviation of gaussian noise on what is observed, relative to that of each
        variable. The system itself does not see it, and effects are those of the system.
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

    With `autocorrelation`, or an acyclic graph, sums would leave too little to the others. The
    constants are then put into a companion matrix, the largest over the regimes at each place, and
    all functions are multiplied by one factor that holds its spectral radius at
    `rho ** (1 / max_lag)`: as the matrix has no negative entry, this is a contraction in some
    weighted sup-norm, whatever the order of the regimes. An acyclic graph needs no such factor.

    All draws are keyed by the seed and the configuration, so that two kinds of system share no
    graph; see `simulators.structural.identity` for the parameters whose sweep follows one system.
    An edge's function is keyed by cause, effect, lag and origin, so that a kept edge keeps its
    function. Two things are drawn for all parents of one origin together: the outer weights of a
    perceptron, which stay when a parent goes (with noise of unequal sizes up to one factor, from
    that of the parents that are left), and which parents are multiplied in `nonmonotonic`,
    `product` and `threshold`.
    """

    version: ClassVar[int] = 2

    graph: Graph = field(default_factory=Graph)
    mechanism: MechanismName | tuple[MechanismName, ...] = "linear"
    difficulty: Difficulty = "medium"
    noise: Noise = field(default_factory=Noise)
    regimes: Regimes = field(default_factory=Regimes)
    n_latent: Annotated[int, Ge(0)] = 0
    latent_strength: Annotated[float, Gt(0)] = 1.0
    autocorrelation: tuple[Own, Own] | None = None
    cancelling: Annotated[float, Interval(ge=0, lt=1)] = 0.0
    observation_noise: Annotated[float, Ge(0)] = 0.0
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
        self._check_own_past()
        self._check_cancelling()

    def _check_own_past(self) -> None:
        if self.autocorrelation is None:
            return
        low, high = self.autocorrelation
        if not low <= high < self._rate:
            raise InputError(
                "autocorrelation: expected [low, high] below rho ** (1 / graph.max_lag) = "
                f"{self._rate:.4g}, found [{low:g}, {high:g}]"
            )
        if self.graph.self_edges != "none":
            raise InputError(
                "graph.self_edges: expected none with autocorrelation, which gives each variable "
                f"its own past, found {self.graph.self_edges}"
            )

    def _check_cancelling(self) -> None:
        linear = self.mechanisms == ("linear",) and self.noise.kind != "heteroscedastic"
        if self.cancelling > 0 and not (
            linear and self.graph.acyclic and self.regimes.n_regimes == 1
        ):
            raise InputError(
                "cancelling: expected 0, or mechanism=linear, graph.acyclic=true, one regime and "
                f"noise that does not depend on parents, found {self.cancelling:g}"
            )

    @property
    def _rate(self) -> float:
        """Contraction rate of the unbounded part per step."""
        return float(self.rho ** (1 / self.graph.max_lag))

    @property
    def mechanisms(self) -> tuple[MechanismName, ...]:
        """The mechanisms to draw from."""
        return (self.mechanism,) if isinstance(self.mechanism, str) else tuple(self.mechanism)

    def draw(self, seed: int) -> CompiledSystem:
        """Draw a system; see `simulators.base.Simulator`."""
        seed = own_seed(self, seed)
        n, n_vars = self.graph.n_vars + self.n_latent, self.graph.n_vars
        latent_past = self.autocorrelation is None
        pools = draw_pools(self.graph, self.n_latent, seed, latent_past)
        edges = draw_regimes(pools, self.regimes, seed)
        distributions, sds = self.noise.distributions(n, seed), self.noise.sds(n, seed)
        program, effects, pilots = self._accepted(edges, distributions, sds, seed)
        names = tuple(f"X{i}" for i in range(n_vars))
        return CompiledSystem(
            names=names,
            max_lag=self.graph.max_lag,
            truth=truth(effects, names, self.graph.max_lag, self.graph.instantaneous > 0),
            program=program,
            distributions=distributions,
            regimes=self.regimes,
            seed=seed,
            burn_in=burn_in(self.graph.max_lag, self.rho),
            observation_sds=self.observation_noise
            * np.mean([pilot.sds[:n_vars] for pilot in pilots], axis=0),
        )

    def _accepted(
        self, regimes: list[list[Edge]], distributions: tuple[str, ...], sds: FloatArray, seed: int
    ) -> tuple[Program, list[dict[Edge, float]], list[Pilot]]:
        """Return the first program whose edges all have the least effect, effects and pilots."""
        functions = self._functions(sds, seed)
        paths = self._paths(regimes, seed)
        every = [
            [*edges, *self._own_pasts(len(sds)), *(path.direct for path in paths)]
            for edges in regimes
        ]
        attempts: Counter[tuple[int, int]] = Counter()
        for _ in range(ROUNDS):
            equations = functions.equations(regimes, attempts)
            program = compile_program(
                [add_direct(regime, paths, self.cancelling) for regime in equations]
            )
            try:
                pilots = run_pilots(program, distributions, sds, self.graph.max_lag, seed)
            except UnstableError as error:
                problem = str(error)
                rejected = {edge for edges in regimes for edge in edges}
            else:
                effects = edge_effects(program, every, pilots, self.graph.max_lag)
                rejected = self._weak(effects)
                if not rejected:
                    return program, effects, pilots
                problem = (
                    f"min_effect: expected every edge to reach {self.min_effect:g}, found "
                    f"{len(rejected)} below it; lower it or graph.in_degree"
                )
            attempts.update({(edge.effect, edge.version) for edge in rejected})
        raise InputError(f"{problem} (functions were drawn {ROUNDS} times)")

    def _functions(self, sds: FloatArray, seed: int) -> Functions:
        return Functions(
            mechanisms=self.mechanisms,
            variance_share=self.noise.variance_share * (self.noise.kind == "heteroscedastic"),
            difficulty=self.difficulty,
            coupling=self.coupling,
            sds=sds,
            own=self._own(len(sds), seed),
            n_vars=self.graph.n_vars,
            latent_strength=self.latent_strength,
            rho=self.rho,
            max_lag=self.graph.max_lag,
            acyclic=self.graph.acyclic,
            seed=seed,
        )

    def _own(self, n: int, seed: int) -> FloatArray | None:
        """Return the coefficient of every variable's own past, where there are any."""
        if self.autocorrelation is None:
            return None
        return np.array(
            [stream(seed, "own past", j).uniform(*self.autocorrelation) for j in range(n)]
        )

    def _own_pasts(self, n: int) -> list[Edge]:
        return [] if self.autocorrelation is None else [Edge(j, j, 1) for j in range(n)]

    def _paths(self, regimes: list[list[Edge]], seed: int) -> list[Path]:
        if self.cancelling == 0:
            return []
        return draw_paths(regimes[0], self.graph.n_vars, self.graph.max_lag, seed)

    def _weak(self, effects: list[dict[Edge, float]]) -> set[Edge]:
        observed = range(self.graph.n_vars)
        return {
            edge
            for regime in effects
            for edge, size in regime.items()
            if size < self.min_effect and edge.cause in observed and edge.effect in observed
        }
