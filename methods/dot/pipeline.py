"""From a series to its graph: the pipeline of all methods that train a forecaster.

1. Find the regimes.
2. On each, standardise and train an ensemble of forecasters.
3. Attribute their forecasts to their inputs.
4. Read a graph out of the attributions.

A method adds the predictor that it trains.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, get_args

import numpy as np

from methods.common.lagged import require_independent_variables
from methods.common.libraries import TRAINING
from methods.dot.options import Kind, Options
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.method import Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.attribution.rules import Attribution
    from methods.dot.inputs.linear_path import LinearPath
    from methods.dot.inputs.sequences import Sequences
    from methods.dot.null import ExpectedFalse
    from methods.dot.predictors.parts import Predictor
    from methods.dot.training.fit import Trained
    from methods.types.arrays import BoolArray, FloatArray


_STEPS_PER_INPUT = 5  # with fewer, surrogates cost more accuracy than they give


@dataclass(frozen=True, kw_only=True)
class Pipeline(Options, Method):
    """Trains forecasters, regime by regime, and reads a graph out of them.

    The parameters are those of `methods.dot.options.Options`.

    Raises
    ------
    ValueError
        If the predictor has no rule for `attribution`.
    """

    handles: ClassVar[Handles] = Handles(
        regimes=True, changes=True, nonlinear=True, stochastic=True
    )
    libraries = TRAINING

    def __post_init__(self) -> None:
        if self.attribution in self.unreadable():
            readable = [kind for kind in get_args(Kind) if kind not in self.unreadable()]
            raise InputError(
                f"attribution: expected one of {', '.join(readable)}, found {self.attribution}, "
                "for which this predictor has no rule; choose one of these or another predictor"
            )

    @abstractmethod
    def build(self, sequences: Sequences, path: LinearPath, generator: Generator) -> Predictor:
        """Return the predictor to train, on the CPU, with fresh weights.

        Parameters
        ----------
        sequences
            The data: their shape, and all that a predictor needs for feature screening.
        path
            The linear path, solved on the training steps.
        generator
            Source of the starting weights, on the CPU.
        """

    def context_of(self, max_lag: int) -> int:
        """Return the length of a training sequence (steps), at least `max_lag`."""
        return max_lag

    def unreadable(self) -> tuple[Kind, ...]:
        """Return the attributions that the predictor has no rule for."""
        return ("attention", "attention_rollout")

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Find the regimes, train on each and read its graph out; see `Method.discover`.

        With several regimes, an edge of the union has the largest of its scores in the regimes,
        see `methods.common.regimes.union`, and is selected if any regime selects it. Regimes too
        short for one window, or in which a variable is constant, have no graph. Series too short
        to hold out 20 steps for validation are scored by the linear path alone, without a
        forecast error.

        Raises
        ------
        DeclinedError
            If such a short series meets `linear_path=False`, or if some variables are an exact
            linear function of others, so that their coefficients are not determined.
        """
        from methods.common.regimes import by_regime, union, windows_of
        from methods.regimes.find import find_regimes

        require_independent_variables(series, type(self).__name__)
        found = None
        if series.regimes is None and self.find_regimes:
            found = find_regimes(series, max_lag)
        labels = found if series.regimes is None else series.regimes
        parts = by_regime(series, labels, max_lag)
        if len(parts) == 1:
            return replace(self.read(series, max_lag, rng), regimes=found)
        graphs = {k: self.read(part, max_lag, rng) for k, part in parts.items()}
        return union(graphs, found, windows_of(parts, max_lag))

    def read(self, series: TimeSeries, max_lag: int, rng: np.random.Generator) -> LaggedGraph:
        """Train on a series as a single regime and read its graph out; see `discover`."""
        members, sequences = self._train(series, max_lag, rng)
        return self._graph(series.names, members, sequences)

    def _train(
        self,
        series: TimeSeries,
        max_lag: int,
        rng: np.random.Generator,
    ) -> tuple[list[Trained], Sequences]:
        """Return the trained models and the sequences of the last one."""
        import torch

        from methods.common.devices import device_of
        from methods.dot.inputs.sequences import Sequences
        from methods.dot.training.fit import fit

        device = device_of(self.device)
        seeds = rng.integers(2**63, size=2).tolist()
        weights = torch.Generator().manual_seed(seeds[0])
        batches = torch.Generator(device).manual_seed(seeds[1])
        segments = series.standardized().segments
        copies = self.surrogates_of(series, max_lag)
        members = []
        for member in range(self.members):
            sequences = Sequences.cut(
                segments,
                max_lag,
                self.context_of(max_lag),
                device,
                shift=member / self.members,
                copies=copies,
            )
            members.append(fit(sequences, self, self.build, weights, batches))
        return members, sequences

    def _graph(
        self, names: tuple[str, ...], members: Sequence[Trained], sequences: Sequences
    ) -> LaggedGraph:
        """Attribute the forecasts of all targets and decide.

        With the automatic read-out the graph has p-values: how likely an input that causes
        nothing gets such a score.
        """
        found = self._attribute(members, sequences, [m.path for m in members])
        n, errors = len(names), [m.forecast_error for m in members if m.forecast_error is not None]
        scores = found.scores[:n]
        adjacency, p_values = self._decide(scores, members, sequences)
        graph = LaggedGraph.from_lags(
            scores,
            names,
            adjacency=adjacency,
            p_values=p_values,
            forecast_error=float(np.mean(errors)) if errors else None,
            edge_statistics={k: v[:n] for k, v in found.ranks.statistics().items()},
        )
        return self._with_lag_0(graph, members, sequences) if self.instantaneous else graph

    def _with_lag_0(
        self, graph: LaggedGraph, members: Sequence[Trained], sequences: Sequences
    ) -> LaggedGraph:
        """Add the links between what the forecasts leave."""
        from methods.dot.instantaneous import at_lag_0, links_now
        from methods.dot.training.after import residuals

        left = [residuals(m.model, m.path, sequences).double().cpu().numpy() for m in members]
        now = links_now(np.mean(left, axis=0), self.false_discovery_rate)
        p_values = None if graph.p_values is None else at_lag_0(graph.p_values, now.p_values)
        assert graph.adjacency is not None
        return replace(
            graph,
            scores=at_lag_0(graph.scores, now.scores),
            adjacency=at_lag_0(graph.adjacency, now.adjacency),
            p_values=p_values,
            marks=at_lag_0(np.where(graph.adjacency, "-->", ""), now.marks),
        )

    def surrogates_of(self, series: TimeSeries, max_lag: int) -> int:
        """Return how many surrogates of each series the decision needs.

        Small graphs need several, for a null distribution of enough scores. On short series that
        of `score_energy` is known well enough, because what it sees is nearly linear.
        """
        from methods.dot.null import FEWEST

        inputs = series.n_vars * max_lag
        copies = -(-FEWEST // (series.n_vars * inputs))
        steps = sum(max(len(segment) - max_lag, 0) for segment in series.segments)
        long = steps >= _STEPS_PER_INPUT * (1 + copies) * inputs
        needed = self.readout == "automatic" and (long or self.attribution != "score_energy")
        return copies if needed else 0

    def _attribute(
        self, members: Sequence[Trained], sequences: Sequences, paths: Sequence[LinearPath]
    ) -> Attribution:
        """Attribute the forecasts of the predictors and these paths to all inputs."""
        from methods.dot.attribution.rules import RULES, attribute
        from methods.dot.readout import in_conditional_standard_deviations

        for member, path in zip(members, paths, strict=True):
            member.model.coefficients = path.each
        found = attribute([m.model for m in members], sequences, self.attribution)
        if RULES[self.attribution].per_unit:
            sd = np.mean([path.conditional_sd.cpu().numpy() for path in paths], axis=0)
            found = found._replace(scores=in_conditional_standard_deviations(found.scores, sd))
        return found

    def _decide(
        self, scores: FloatArray, members: Sequence[Trained], sequences: Sequences
    ) -> tuple[BoolArray, FloatArray | None]:
        """Return the selected edges by the read-out of the options, and p-values if it has any."""
        from methods.dot import readout

        if self.readout == "top_per_effect":
            return readout.top_per_effect(scores, self.in_degree), None
        if self.readout == "top_overall":
            return readout.top_overall(scores, self.edges), None
        if self.readout == "threshold":
            return readout.above_threshold(scores, self.threshold), None
        tested, law = self._tested(scores, members, sequences)
        selected = readout.at_false_discovery_rate(tested, law, self.false_discovery_rate)
        p_values = (law(tested) / tested.size).clip(0, 1)
        return readout.top_overall(scores, int(selected.sum())), p_values

    def _tested(
        self, scores: FloatArray, members: Sequence[Trained], sequences: Sequences
    ) -> tuple[FloatArray, ExpectedFalse]:
        """Return scores and their null: of real inputs and surrogates alike, or Student's."""
        from methods.dot.null import of_student, of_surrogates

        n = len(scores)
        if sequences.n_inputs == n:
            freedom = max(len(sequences.targets) - round(members[0].path.size), 1)
            return scores, of_student(scores.size, freedom)
        every = self._attribute(members, sequences, [m.beside for m in members]).scores
        return every[:n], of_surrogates(every[n:], scores.size)
