"""The method of arXiv 2601.05647 as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from methods.dot.options import Kind
from methods.dot.variants.plain import Plain
from methods.types.errors import InputError

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.inputs.sequences import Sequences
    from methods.dot.predictors.parts import Predictor

__all__ = ["DOTPaper"]


@dataclass(frozen=True, kw_only=True)
class DOTPaper(Plain):
    """The source: "Transformer Is Inherently a Causal Learner" (2026), arXiv 2601.05647.

    Known, and done here: tokens are the lagged values of the window, with an embedding of the
    variable and of the place in time; a decoder-only transformer forecasts the next step and is
    trained by the squared error; layer-wise relevance propagation from the forecast of each
    effect, averaged over samples, scores its causes; the strongest few of each effect are edges.

    Not known, and chosen here: width, depth and heads (the parameters); pre-norm layers with a
    perceptron four times as wide; where a forecast is read (the token of the effect at the last
    step) and by what (a linear map per variable); the optimiser and the length of training (see
    `methods.dot.training.converge`); the rule of propagation (AttnLRP, see
    `methods.dot.attribution.relevance`); the mean of the absolute relevance over at most 256
    samples, spread evenly over the series or the regime. Sizes, batch and rate were chosen by the
    held-out forecast error on tuning seeds (`python -m bench.dev.training`).

    Parameters that are not listed are those of `methods.dot.variants.plain.Plain`.

    Parameters
    ----------
    heads
        Attention heads per layer; `width`, the size of a token, is a multiple of them.
    context
        Steps that a forecast sees; raised to `max_lag`, which is the default. Where it is longer,
        every place of a sequence with a full window forecasts its next step in training, and the
        graph is read at the last place, for lags up to `max_lag`.

    Raises
    ------
    ValueError
        If `width` is not a multiple of `heads`.
    """

    heads: Annotated[int, Ge(1)] = 4
    context: Annotated[int, Ge(1)] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise InputError(
                f"width: expected a multiple of heads = {self.heads}, found {self.width}; "
                "choose both so that each head gets a whole share"
            )

    def network(self, sequences: Sequences, generator: Generator) -> Predictor:
        """Return the transformer over single lagged values; see `Plain.network`."""
        from methods.dot.predictors.parts import Shape, Size
        from methods.dot.predictors.scalars import Scalars

        size = Size(self.width, self.layers, self.heads)
        return Scalars(Shape.of(sequences), size, generator)

    def context_of(self, max_lag: int) -> int:
        """Return the context that the parameters ask for; see `Plain.context_of`."""
        return max(self.context, max_lag)

    def unreadable(self) -> tuple[Kind, ...]:
        """Return nothing: every rule can read this transformer."""
        return ()
