"""The certainty of an edge: the rank of its attribution from sample to sample."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

_BLOCKS = 8  # stretches of the series that vote for the stability of an edge
_TOP = 3  # inputs of an effect that a stretch votes for, as in the source's row-wise top-3


class EdgeRanks:
    """Ranks of the inputs of each effect, gathered sample by sample.

    In each sample the inputs of an effect are ranked by their attribution, from 0 for the
    smallest, as in the uncertainty figures of arXiv 2601.05647.

    Parameters
    ----------
    n_samples
        Number of samples that will be added.
    """

    def __init__(self, n_samples: int) -> None:
        self._n_samples, self._seen = n_samples, 0
        self._rank = self._square = self._blocks = torch.zeros(())

    def add(self, attribution: Tensor) -> None:
        """Take the attributions of the next samples, `(n_effects, S, max_lag, n_inputs)`."""
        flat = attribution.flatten(2)
        ranks = flat.argsort(dim=2).argsort(dim=2).view(attribution.shape).double()
        self._rank = self._rank + ranks.sum(dim=1)
        self._square = self._square + ranks.square().sum(dim=1)
        place = torch.arange(
            self._seen, self._seen + attribution.shape[1], device=attribution.device
        )
        block = F.one_hot(place * _BLOCKS // self._n_samples, _BLOCKS).to(attribution.dtype)
        self._blocks = self._blocks + torch.einsum("jsli,sb->bjli", attribution, block)
        self._seen += attribution.shape[1]

    def statistics(self) -> dict[str, NDArray[np.float64]]:
        """Return arrays `[input, effect, lag - 1]` by name.

        `rank_mean` and `rank_sd` over samples; `rank_ratio`, their quotient (NaN where the rank
        never varies); `stability`, the share of 8 stretches of the series in which the input is
        among the three largest of its effect.
        """
        mean = self._rank / self._seen
        sd = (self._square / self._seen - mean.square()).clamp(min=0).sqrt()
        votes = [_largest(block) for block in self._blocks if block.any()]
        found = {
            "rank_mean": mean,
            "rank_sd": sd,
            "rank_ratio": mean / torch.where(sd > 0, sd, torch.nan),
            "stability": torch.stack(votes).double().mean(dim=0) if votes else 0 * mean,
        }
        return {name: value.permute(2, 0, 1).cpu().numpy() for name, value in found.items()}


def _largest(attribution: Tensor) -> Tensor:
    """Return 1 for the largest inputs of each effect, else 0; `(n_effects, lags, n_inputs)`."""
    flat = attribution.flatten(1)
    chosen = flat.topk(min(_TOP, flat.shape[1]), dim=1).indices
    return torch.zeros_like(flat).scatter_(1, chosen, 1.0).view(attribution.shape)
