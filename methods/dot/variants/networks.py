"""DOT with other networks in place of the transformer, to test what is special about it.

All have Fourier features of the values, a state of 64 numbers and two layers, as the transformer
over time steps has in comparisons. Linear path, training, attributions and read-outs are those of
DOT.
"""

from __future__ import annotations

from abc import abstractmethod
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
    from methods.dot.predictors.sequence import SequencePredictor

__all__ = ["CNN", "LSTM", "MLP"]


@dataclass(frozen=True, kw_only=True)
class Variant(Pipeline):
    """What the variants share; the parameters are those of `methods.dot.options.Options`."""

    width: Annotated[int, Ge(1)] = 64
    layers: Annotated[int, Ge(1)] = 2

    @abstractmethod
    def network(self) -> type[SequencePredictor]:
        """Return the class of the network."""

    def build(self, sequences: Sequences, path: LinearPath, generator: Generator) -> Predictor:
        """Return the network in the shape of the data; see `Pipeline.build`."""
        from methods.dot.predictors.parts import Shape, Size

        size = Size(self.width, self.layers)
        return self.network()(Shape.of(sequences), size, generator)


@dataclass(frozen=True, kw_only=True)
class CNN(Variant):
    """Convolutional network over the window; see `methods.dot.predictors.convolution`.

    The parameters are those of `methods.dot.options.Options`.
    """

    def network(self) -> type[SequencePredictor]:
        """Return `Convolution`."""
        from methods.dot.predictors.convolution import Convolution

        return Convolution


@dataclass(frozen=True, kw_only=True)
class MLP(Variant):
    """Multilayer perceptron over the window; see `methods.dot.predictors.perceptron`.

    The parameters are those of `methods.dot.options.Options`.
    """

    def network(self) -> type[SequencePredictor]:
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

    def network(self) -> type[SequencePredictor]:
        """Return `Recurrent`."""
        from methods.dot.predictors.recurrent import Recurrent

        return Recurrent

    def context_of(self, max_lag: int) -> int:
        """Return the context that the parameters ask for; see `Pipeline.context_of`."""
        return max(self.context, 2 * max_lag)

    def unreadable(self) -> tuple[Kind, ...]:
        """Return relevance propagation as well: it has no rules for the gates of a memory."""
        return (*super().unreadable(), "lrp", "lrp_cp")
