"""The way of DOT with other predictors, to test what is special about transformers.

All get the waves of the values, a state of 64 numbers and two layers, as many as the
transformer over time steps is given in comparisons, and the same linear path, training,
attributions and read-outs as DOT.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from methods.dot.options import Kind
from methods.dot.pipeline import Pipeline

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.inputs.linear_path import LinearPath
    from methods.dot.inputs.sequences import Sequences
    from methods.dot.predictors.parts import Predictor

__all__ = ["CNN", "LSTM", "MLP"]


@dataclass(frozen=True, kw_only=True)
class Variant(Pipeline):
    """What the variants share; the parameters are those of `methods.dot.options.Options`."""

    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2

    @abstractmethod
    def network(self) -> Callable[[int, int, int, int, int, Generator], Predictor]:
        """Return the class to build; it takes what `build` gives it."""

    def build(self, sequences: Sequences, path: LinearPath, generator: Generator) -> Predictor:
        """Return the network in the shape of the data; see `Pipeline.build`."""
        inputs, effects = sequences.rows.shape[1], sequences.n_effects
        network = self.network()
        return network(inputs, effects, sequences.max_lag, self.width, self.layers, generator)


@dataclass(frozen=True, kw_only=True)
class CNN(Variant):
    """Convolutional network over the window; see `methods.dot.predictors.convolution`.

    The parameters are those of `methods.dot.options.Options`.
    """

    def network(self) -> Callable[[int, int, int, int, int, Generator], Predictor]:
        """Return `Convolution`."""
        from methods.dot.predictors.convolution import Convolution

        return Convolution


@dataclass(frozen=True, kw_only=True)
class MLP(Variant):
    """Multilayer perceptron over the window; see `methods.dot.predictors.perceptron`.

    The parameters are those of `methods.dot.options.Options`.
    """

    def network(self) -> Callable[[int, int, int, int, int, Generator], Predictor]:
        """Return `Perceptron`."""
        from methods.dot.predictors.perceptron import Perceptron

        return Perceptron


@dataclass(frozen=True, kw_only=True)
class LSTM(Variant):
    """Long short-term memory; see `methods.dot.predictors.recurrent`.

    Parameters
    ----------
    context
        Longest past that a forecast sees (steps); raised to `2 * max_lag` where that is longer.

    The others are those of `methods.dot.options.Options`.
    """

    context: Annotated[int, Ge(2)] = 32

    def network(self) -> Callable[[int, int, int, int, int, Generator], Predictor]:
        """Return `Recurrent`."""
        from methods.dot.predictors.recurrent import Recurrent

        return Recurrent

    def context_of(self, max_lag: int) -> int:
        """Return the context that the parameters ask for; see `Pipeline.context_of`."""
        return max(self.context, 2 * max_lag)

    def unreadable(self) -> tuple[Kind, ...]:
        """Return relevance propagation as well, for which a memory cell would need other rules."""
        return (*super().unreadable(), "lrp", "lrp_cp")
