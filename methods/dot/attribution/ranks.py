"""How sure an attribution is of an edge: its rank from sample to sample."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

_BLOCKS = 8  # stretches of the series that vote for the stability of an edge
_STRONGEST = 3  # inputs of an effect that a stretch votes for: the row-wise top-3 of the source


class EdgeRanks:
    """Ranks of the inputs of each effect, gathered sample by sample.

    In each sample the inputs of an effect are ranked by strength, 0 the weakest, as in the
    uncertainty figures of arXiv 2601.05647.

    Parameters
    ----------
    n_samples
        How many samples will be added.
    """

    def __init__(self, n_samples: int) -> None:
        self._n_samples, self._seen = n_samples, 0
        self._rank = self._square = self._blocks = torch.zeros(())

    def add(self, strength: Tensor) -> None:
        """Take the strengths of the next samples, `(n_effects, S, max_lag, n_inputs)`."""
        flat = strength.flatten(2)
        ranks = flat.argsort(dim=2).argsort(dim=2).view(strength.shape).double()
        self._rank = self._rank + ranks.sum(dim=1)
        self._square = self._square + ranks.square().sum(dim=1)
        place = torch.arange(self._seen, self._seen + strength.shape[1], device=strength.device)
        block = F.one_hot(place * _BLOCKS // self._n_samples, _BLOCKS).to(strength.dtype)
        self._blocks = self._blocks + torch.einsum("jsli,sb->bjli", strength, block)
        self._seen += strength.shape[1]

    def statistics(self) -> dict[str, NDArray[np.float64]]:
        """Return arrays `[input, effect, lag - 1]` by name.

        `rank_mean` and `rank_sd` over samples and `rank_ratio`, their quotient (NaN where the
        rank never varies); `stability`: the share of 8 stretches of the series in which the
        input is among the three strongest of its effect.
        """
        mean = self._rank / self._seen
        sd = (self._square / self._seen - mean.square()).clamp(min=0).sqrt()
        votes = [_strongest(block) for block in self._blocks if block.any()]
        found = {
            "rank_mean": mean,
            "rank_sd": sd,
            "rank_ratio": mean / torch.where(sd > 0, sd, torch.nan),
            "stability": torch.stack(votes).double().mean(dim=0) if votes else 0 * mean,
        }
        return {name: value.permute(2, 0, 1).cpu().numpy() for name, value in found.items()}


def _strongest(strength: Tensor) -> Tensor:
    """Whether each input is among the strongest of its effect; `(n_effects, lags, n_inputs)`."""
    flat = strength.flatten(1)
    chosen = flat.topk(min(_STRONGEST, flat.shape[1]), dim=1).indices
    return torch.zeros_like(flat).scatter_(1, chosen, 1.0).view(strength.shape)
