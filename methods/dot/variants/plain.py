"""A forecaster trained on the series as it is, and read out as in arXiv 2601.05647."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, get_args

import numpy as np
from annotated_types import Ge

from methods.common.libraries import TRAINING
from methods.common.regimes import union
from methods.dot.options import Kind, TrainingOptions
from methods.types.arrays import IntArray
from methods.types.errors import InputError
from methods.types.graph import LaggedGraph
from methods.types.method import DeclinedError, Handles, Method
from methods.types.series import TimeSeries

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.inputs.sequences import Sequences
    from methods.dot.predictors.parts import Predictor
    from methods.dot.training.model import Forecaster
    from methods.dot.training.plain import Fitted

_BLOCKS = 20  # stretches of held-out steps, so that every regime of a series has some
_FEWEST_HELD_OUT = 20  # steps; with fewer, an error tells nothing


@dataclass(frozen=True, kw_only=True)
class Plain(TrainingOptions, Method):
    """One network for the whole series: no linear path, no feature screening, no regime finder.

    It forecasts the next step by the squared error, until it has converged (see
    `methods.dot.training.converge`). A series with labels has a graph per regime: the network is
    the same, and its relevance is averaged over the steps of that regime. So `regimes=segments`
    reads a graph for each segment, and `regimes=told` one for each true regime. The union of the
    graphs is that of `methods.common.regimes.union`.

    Parameters that are not listed are those of `methods.dot.options.TrainingOptions`.

    Parameters
    ----------
    updates
        Most optimiser steps. A run that needs more has not converged, and says so.
    attribution
        The rule that reads the network; see `methods.dot.attribution.rules`.
    readout
        The decision: `top_per_effect` (`in_degree` edges each) or `threshold`.
    in_degree
        Edges per effect of `top_per_effect`; the source's figures have 3.
    threshold
        Lowest score of an edge for `threshold`, in standard deviations of the effect.
    domain_index
        Give the network the index of the regime of the step that it forecasts as further inputs,
        as in an ablation of the source. Only where the series has labels.

    Raises
    ------
    ValueError
        If the network has no rule for `attribution`.
    """

    handles: ClassVar[Handles] = Handles(regimes=True, nonlinear=True, stochastic=True)
    libraries = TRAINING
    version: ClassVar[int] = 2

    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2
    updates: Annotated[int, Ge(1)] = 4000
    weight_decay: Annotated[float, Ge(0)] = 0.01
    attribution: Kind = "lrp"
    readout: Literal["top_per_effect", "threshold"] = "top_per_effect"
    in_degree: Annotated[int, Ge(1)] = 3
    threshold: Annotated[float, Ge(0)] = 0.1
    domain_index: bool = False

    def __post_init__(self) -> None:
        if self.attribution in self.unreadable():
            readable = [kind for kind in get_args(Kind) if kind not in self.unreadable()]
            raise InputError(
                f"attribution: expected one of {', '.join(readable)}, found {self.attribution}, "
                "for which this network has no rule; choose one of these or another network"
            )

    @abstractmethod
    def network(self, sequences: Sequences, generator: Generator) -> Predictor:
        """Return the network in the shape of the data, on the CPU, with fresh weights."""

    def context_of(self, max_lag: int) -> int:
        """Return the length of a training sequence (steps), at least `max_lag`."""
        return max_lag

    def unreadable(self) -> tuple[Kind, ...]:
        """Return the attributions that the network has no rule for."""
        return ("attention", "attention_rollout")

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Train on the whole series and read its graph or graphs out; see `Method.discover`.

        Raises
        ------
        DeclinedError
            If the series is too short to hold out 20 steps.
        """
        from methods.dot.training.plain import fit

        network, sequences, batches = self._prepare(series, max_lag, rng)
        return self._read(series, fit(network, sequences, self, batches), sequences)

    def discover_together(
        self, series: Sequence[TimeSeries], *, max_lag: int, rngs: Sequence[np.random.Generator]
    ) -> list[LaggedGraph]:
        """Return the graphs of several series of as many variables, trained at once.

        On a GPU that takes little longer than one of them; see
        `methods.dot.training.together`. On a CPU nothing is gained. Each graph is that of
        `discover` but for rounding, which grows during training.

        Parameters
        ----------
        series
            The series. Their lengths may differ.
        max_lag
            As of `discover`.
        rngs
            A generator for each series.
        """
        from methods.dot.training.together import fit_together

        prepared = [
            self._prepare(each, max_lag, rng) for each, rng in zip(series, rngs, strict=True)
        ]
        networks, data, batches = zip(*prepared, strict=True)
        fitted = fit_together(networks, data, self, batches)
        return [self._read(*each) for each in zip(series, fitted, data, strict=True)]

    def _prepare(
        self, series: TimeSeries, max_lag: int, rng: np.random.Generator
    ) -> tuple[Predictor, Sequences, Generator]:
        """Return a fresh network, its data, and the source of its batches."""
        import torch

        seeds = rng.integers(2**63, size=2).tolist()
        sequences = self.sequences(series, max_lag)
        network = self.network(sequences, torch.Generator().manual_seed(seeds[0]))
        return network, sequences, torch.Generator(sequences.rows.device).manual_seed(seeds[1])

    def _read(self, series: TimeSeries, fitted: Fitted, sequences: Sequences) -> LaggedGraph:
        """Return the graph, and those of the regimes that the series names."""
        regimes = _regimes_of(series)
        parts = {int(name): sequences.in_regime(k) for k, name in enumerate(regimes)}
        graphs = {
            name: self._graph(series.names, fitted.model, part)
            for name, part in parts.items()
            if len(part.targets)
        }
        graph = union(graphs, None) if len(regimes) > 1 else graphs.popitem()[1]
        return replace(graph, forecast_error=fitted.error, converged=fitted.converged)

    def sequences(self, series: TimeSeries, max_lag: int) -> Sequences:
        """Return the standardised series, cut into training sequences.

        Parameters
        ----------
        series, max_lag
            As of `discover`.

        Raises
        ------
        DeclinedError
            If the series is too short to hold out 20 steps.
        """
        from methods.common.devices import device_of
        from methods.dot.inputs.sequences import Sequences

        regimes, labels = _regimes_of(series), None
        if series.regimes is not None and len(regimes) > 1:
            labels = [np.searchsorted(regimes, label) for label in series.regimes]
        sequences = Sequences.cut(
            series.standardized().segments,
            max_lag,
            self.context_of(max_lag),
            device_of(self.device),
            blocks=_BLOCKS,
            regimes=labels,
            with_index=self.domain_index,
        )
        if int(sequences.validation.sum()) < _FEWEST_HELD_OUT:
            raise DeclinedError(
                f"{len(sequences.targets)} forecastable steps are too few to train on; "
                "give a longer series"
            )
        return sequences

    def _graph(
        self, names: tuple[str, ...], model: Forecaster, sequences: Sequences
    ) -> LaggedGraph:
        """Average the relevance over the targets and decide."""
        from methods.dot import readout
        from methods.dot.attribution.rules import attribute

        found = attribute([model], sequences, self.attribution)
        n = len(names)
        scores = found.scores[:n]
        if self.readout == "top_per_effect":
            adjacency = readout.top_per_effect(scores, self.in_degree)
        else:
            adjacency = readout.above_threshold(scores, self.threshold)
        return LaggedGraph.from_lags(
            scores,
            names,
            adjacency=adjacency,
            edge_statistics={k: v[:n] for k, v in found.ranks.statistics().items()},
        )


def _regimes_of(series: TimeSeries) -> IntArray:
    """Return the names of the regimes in order; one where there are no labels."""
    if series.regimes is None:
        return np.zeros(1, dtype=np.int64)
    return np.unique(np.concatenate(series.regimes))
