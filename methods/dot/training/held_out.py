"""The loss of a forecaster, and the steps on which it is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from methods.dot.inputs.sequences import Sequences
from methods.dot.training.model import Forecaster

CHUNK = 16_384
"""Forecasts, all effects counted, in one pass without gradients: as many as a cache holds."""

_MOST = 2048  # forecasts per evaluation, which keeps it cheap on long series


@dataclass(frozen=True)
class HeldOut:
    """Sequences with steps on which a forecast is judged.

    Parameters
    ----------
    inputs, present
        Shapes `(B, context, n_inputs)` and `(B, P, n_effects)`: see `Sequences.take`.
    mask
        Shape `(B, P)`: the positions that count.
    """

    inputs: Tensor
    present: Tensor
    mask: Tensor

    @classmethod
    def of(cls, sequences: Sequences, mask: Tensor) -> HeldOut:
        """Take the sequences that forecast the rows in `mask`, evenly thinned to 2048 steps."""
        starts = sequences.starts(mask)
        most = max(_MOST // sequences.positions, 1)
        keep = torch.linspace(0, len(starts) - 1, min(len(starts), most))
        inputs, present, at = sequences.take(starts[keep.long().to(starts.device)])
        return cls(inputs, present, mask[at])

    @torch.no_grad()
    def error(self, model: Forecaster) -> float:
        """Return the mean squared error over effects and the steps that count."""
        return self.mean_square(in_chunks(model, self.inputs)[0])

    def mean_square(self, mean: Tensor) -> float:
        """Return the same of forecasts of the shape of `present`."""
        return float((mean - self.present)[self.mask].square().mean())

    @torch.no_grad()
    def loss(self, model: Forecaster) -> float:
        """Return the mean of `losses` over effects and the steps that count."""
        mean, log_sd = in_chunks(model, self.inputs)
        return float(losses(model, mean, log_sd, self.present)[self.mask].mean())


@torch.no_grad()
def in_chunks(
    model: Callable[[Tensor], tuple[Tensor, Tensor]], inputs: Tensor
) -> tuple[Tensor, Tensor]:
    """Return mean and log deviation of a model or a predictor, a few sequences at a time."""
    per_sequence = model(inputs[:1])[0].numel()
    parts = [model(part) for part in torch.split(inputs, max(CHUNK // per_sequence, 1))]
    means, log_sds = zip(*parts, strict=True)
    return torch.cat(means), torch.cat(log_sds)


def losses(model: Forecaster, mean: Tensor, log_sd: Tensor, present: Tensor) -> Tensor:
    r"""Return the loss of every forecast, in the shape of the forecasts.

    .. math:: \frac{(x - \mu)^2}{2 \sigma_0^2} +
              \log \frac{\sigma}{\sigma_0} + \frac{(x - [\mu])^2}{2 \sigma^2} - \frac12

    Brackets stop the gradient. The mean is learnt by least squares, as in arXiv 2601.05647, and
    the deviation by maximum likelihood given that mean. A likelihood that trains both lets a
    growing deviation excuse a bad mean (Seitzer et al., 2022, arXiv 2203.09168).
    """
    square = (present - mean).square()
    relative = log_sd - model.noise.log()
    deviation = relative + square.detach() * torch.exp(-2 * log_sd) / 2 - 0.5
    return square / (2 * model.noise.square()) + deviation
