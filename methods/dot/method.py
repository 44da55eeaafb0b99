"""DOT: a lagged graph read out of a decoder-only transformer by its gradients.

Source: "Transformer Is Inherently a Causal Learner" (2026), arXiv 2601.05647.

A transformer is trained to forecast every variable one step ahead from the past alone. The score
of an edge is how strongly the forecast of its effect depends on one lagged input, averaged over
samples.

Departures from the source (`dot_paper` is the source as far as it is known):

- A linear path over the `max_lag` window carries the least-squares forecast, and the transformer
  learns the residual. On small linear data this is as good as least squares. Where steps are few,
  each effect is regressed on inputs found by forward selection, if these forecast better.
- Tokens are single lagged values, as in the source, but each effect has weights of its own, and
  tokens for its candidates only. Feature screening picks these in closed form among all inputs.
- The forecast is a normal distribution with mean and deviation, so that edges on the variance
  are found too.
- The score of an edge is the energy of the gradient of that distribution's log density (the
  quantity of the source's theorem) instead of layer-wise relevance propagation. Its unit is the
  conditional standard deviation of each input given all others.
- Two models are trained. Each of their forecasts is shrunk by a factor fitted on held-out steps,
  and an edge is scored by the energy on which they agree.
- The decision compares the scores with those of surrogates instead of taking the three highest
  per effect. Surrogates are further inputs which depend on the same causes as the real ones and
  cause nothing; a tail is fitted to their scores (`methods.dot.null`). On series too short for
  them the scores are compared with Student's distribution.
- Regimes are found first, and each has models and a graph of its own.

The steps are in the order of `methods.dot.pipeline`: `methods.regimes`, then `inputs`,
`predictors`, `training`, `attribution`, `readout`. `variants` are the same with other predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Ge

from methods.dot.options import Kind
from methods.dot.pipeline import Pipeline
from methods.types.errors import InputError

if TYPE_CHECKING:
    from torch import Generator

    from methods.dot.inputs.linear_path import LinearPath
    from methods.dot.inputs.sequences import Sequences
    from methods.dot.predictors.parts import Predictor

__all__ = ["DOT"]


@dataclass(frozen=True, kw_only=True)
class DOT(Pipeline):
    """Decoder-only transformer with gradient read-out (arXiv 2601.05647).

    Parameters that are not listed are those of `methods.dot.options.Options`.

    Parameters
    ----------
    predictor
        The network that learns the residual: `values`, a token per candidate cause, or `steps`,
        a token per time step.
    candidates
        Tokens per effect of `values`; see `methods.dot.inputs.screening`.
    width
        Size of a token, a multiple of `heads`.
    heads
        Attention heads per layer.
    context
        Longest past that a forecast of `steps` sees (steps); raised to `2 * max_lag` where that
        is longer. The others see `max_lag` steps.

    Raises
    ------
    ValueError
        If `width` is not a multiple of `heads`, or the predictor has no rule for `attribution`.
    """

    version: ClassVar[int] = 3

    predictor: Literal["values", "steps"] = "values"
    candidates: Annotated[int, Ge(1)] = 10
    heads: Annotated[int, Ge(1)] = 4
    context: Annotated[int, Ge(2)] = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads:
            raise InputError(
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
        """Return attention for `steps`, whose tokens are whole steps, and nothing otherwise."""
        return super().unreadable() if self.predictor == "steps" else ()
