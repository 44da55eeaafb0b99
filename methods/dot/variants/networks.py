"""Other networks in place of the transformer of `dot_paper`, to test what is special about it.

They have a state of 64 numbers, as the transformer has, and two layers (the memory one). Data,
training, attribution and read-out are the same; see `methods.dot.variants.plain`.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from methods.dot.options import Kind
from methods.dot.variants.plain import Plain

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.inputs.sequences import Sequences
    from methods.dot.predictors.parts import Predictor
    from methods.dot.predictors.sequence import SequencePredictor

__all__ = ["CNN", "LSTM", "MLP"]


@dataclass(frozen=True, kw_only=True)
class _OverSteps(Plain):
    """A network over whole time steps; the parameters are those of `Plain`."""

    @abstractmethod
    def kind(self) -> type[SequencePredictor]:
        """Return the class of the network."""

    def network(self, sequences: Sequences, generator: Generator) -> Predictor:
        """Return the network in the shape of the data; see `Plain.network`."""
        from methods.dot.predictors.parts import Shape, Size

        return self.kind()(Shape.of(sequences), Size(self.width, self.layers), generator)


@dataclass(frozen=True, kw_only=True)
class CNN(_OverSteps):
    """Convolutional network over the window; see `methods.dot.predictors.convolution`.

    The parameters are those of `methods.dot.variants.plain.Plain`.
    """

    def kind(self) -> type[SequencePredictor]:
        """Return `Convolution`."""
        from methods.dot.predictors.convolution import Convolution

        return Convolution


@dataclass(frozen=True, kw_only=True)
class MLP(_OverSteps):
    """Multilayer perceptron over the window; see `methods.dot.predictors.perceptron`.

    The parameters are those of `methods.dot.variants.plain.Plain`.
    """

    def kind(self) -> type[SequencePredictor]:
        """Return `Perceptron`."""
        from methods.dot.predictors.perceptron import Perceptron

        return Perceptron


@dataclass(frozen=True, kw_only=True)
class LSTM(_OverSteps):
    """Long short-term memory; see `methods.dot.predictors.recurrent`.

    Layer-wise relevance propagation has no rules for its gates. So it is read by the root mean
    square of the gradient. It has one layer: on a few hundred steps two are fitted to noise before
    they have found an edge.

    Parameters that are not listed are those of `methods.dot.variants.plain.Plain`.

    Parameters
    ----------
    context
        Longest past that a forecast sees (steps); raised to `2 * max_lag` where that is longer.
    """

    layers: Annotated[int, Ge(1)] = 1
    attribution: Kind = "gradient_energy"
    context: Annotated[int, Ge(2)] = 32

    def kind(self) -> type[SequencePredictor]:
        """Return `Recurrent`."""
        from methods.dot.predictors.recurrent import Recurrent

        return Recurrent

    def context_of(self, max_lag: int) -> int:
        """Return the context that the parameters ask for; see `Plain.context_of`."""
        return max(self.context, 2 * max_lag)

    def unreadable(self) -> tuple[Kind, ...]:
        """Return relevance propagation as well."""
        return (*super().unreadable(), "lrp", "lrp_cp")
