"""DOT: a lagged graph read out of a decoder-only transformer by its gradients.

Source: "Transformer Is Inherently a Causal Learner" (2026), arXiv 2601.05647. A transformer is
trained to forecast every variable one step ahead from the past alone; how strongly the forecast
of an effect depends on one lagged input, averaged over samples, is the score of that edge.

Where we depart from the source (`dot_paper` is the source as far as it is known):

- a linear path over the `max_lag` window carries the least-squares forecast, and the
  transformer learns what is left, so that small linear data lose nothing;
- tokens are single lagged values, as in the source, but each effect has tokens for its
  candidates only, which a screen in closed form picks among all inputs, and weights of its own;
- the forecast is a normal law, mean and deviation, so that edges on the variance are seen;
- edges are scored by the energy of the score of that law (the quantity of the source's theorem)
  instead of layer-wise relevance propagation, in units of the standard deviation of each input
  given all others;
- two models are trained, each of their forecasts is shrunk by a factor fitted on held-out steps,
  and the energy on which they agree is scored;
- the decision compares the scores with those of shadows, inputs that go with the real ones and
  cause nothing, instead of taking the three strongest per effect; on series too short for
  shadows it compares them with a Student's law;
- regimes are found first, and each has models and a graph of its own.

One file per step, in the order of `forecasting`: `regimes`, `sequences`, `linear_path`, `screen`,
`predictors`, `model`, `training`, `attribution`, `readout`. `variants` are the same with other
predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge

from methods.dot.options import Kind
from methods.dot.pipeline import Pipeline

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.inputs.linear_path import LinearPath
    from methods.dot.inputs.sequences import Sequences
    from methods.dot.predictors.parts import Predictor

__all__ = ["DOT"]


@dataclass(frozen=True, kw_only=True)
class DOT(Pipeline):
    """Decoder-only transformer with gradient read-out (arXiv 2601.05647).

    Parameters
    ----------
    predictor
        What learns the rest: `values`, a token per candidate cause, `steps`, a token per time
        step, or `scalars`, a token per lagged value, which forecasts the mean alone.
    candidates
        Tokens per effect of `values`.
    width
        Size of a token, a multiple of `heads`.
    heads
        Attention heads per layer.
    context
        Longest past that a forecast of `steps` sees (steps); raised to `2 * max_lag` where that
        is longer. The others see `max_lag` steps.

    The others are those of `methods.dot.options.Options`.

    Raises
    ------
    ValueError
        If `width` is not a multiple of `heads`, or the predictor has no rule for `attribution`.
    """

    predictor: Literal["values", "steps", "scalars"] = "values"
    candidates: Annotated[int, Ge(1)] = 10
    heads: Annotated[int, Ge(1)] = 4
    context: Annotated[int, Ge(2)] = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise ValueError(
                f"width: expected a multiple of heads = {self.heads}, found {self.width}; "
                "choose both so that each head gets a whole share"
            )

    def build(self, sequences: Sequences, path: LinearPath, generator: Generator) -> Predictor:
        """Return the decoder that `predictor` names; see `Pipeline.build`."""
        from methods.dot.predictors.build import decoder
        from methods.dot.predictors.parts import Size

        size = Size(self.width, self.layers, self.heads)
        return decoder(self.predictor, size, self.candidates, sequences, path, generator)

    def context_of(self, max_lag: int) -> int:
        """Return `max_lag`, or for `steps` the context that the parameters ask for."""
        return max(self.context, 2 * max_lag) if self.predictor == "steps" else max_lag

    def unreadable(self) -> tuple[Kind, ...]:
        """Return nothing where tokens are single values; see `Pipeline.unreadable`."""
        return super().unreadable() if self.predictor == "steps" else ()
