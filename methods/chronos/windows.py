"""Windows of a series; each is a context and the row after it, within one segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.types.method import DeclinedError

_TRAIN = 0.8  # share of the targets to train on, taken from the start


@dataclass(frozen=True)
class Windows:
    """Rows of all segments, and which of them may be forecast.

    Parameters
    ----------
    rows
        Shape `(R, n_vars)`, float32: standardised observations, one segment after the other.
    targets
        Indices of the rows with `context` rows of their own segment before them, in order.
    context
        Steps that a forecast sees, the same for all windows. The model scales a window by its mean
        and spread, and padding a short window would change them.
    """

    rows: Tensor
    targets: Tensor
    context: int

    @classmethod
    def cut(
        cls,
        segments: Sequence[NDArray[np.float64]],
        max_lag: int,
        context: int,
        longest: int,
        device: str,
    ) -> Self:
        """Lay out standardised segments of shape `(T_k, n_vars)`.

        The context is the longer of `context` and `max_lag`. It is at most `longest`, the number
        of steps that the model can see, and at most one less than the longest segment.

        Raises
        ------
        DeclinedError
            If `longest` is below `max_lag`.
        """
        if longest < max_lag:
            raise DeclinedError(
                f"the checkpoint sees {longest} steps, expected at least max_lag = {max_lag}; "
                "lower max_lag or take another checkpoint"
            )
        context = min(max(context, max_lag), longest, max(map(len, segments)) - 1)
        full = np.concatenate([np.arange(len(segment)) >= context for segment in segments])
        return cls(
            rows=torch.tensor(np.concatenate(segments), dtype=torch.float32, device=device),
            targets=torch.tensor(np.flatnonzero(full), device=device),
            context=context,
        )

    @property
    def train(self) -> Tensor:
        """The targets to train on, at least one."""
        return self.targets[: max(1, int(_TRAIN * len(self.targets)))]

    @property
    def test(self) -> Tensor:
        """The targets after those to train on; none if there is only one target."""
        return self.targets[len(self.train) :]

    def take(self, at: Tensor) -> tuple[Tensor, Tensor]:
        """Return contexts `(W, context, n_vars)`, oldest row first, and rows `(W, n_vars)`."""
        before = torch.arange(-self.context, 0, device=at.device)
        return self.rows[at[:, None] + before], self.rows[at]
