"""Training sequences of a series, which never cross a segment border.

All segments are concatenated in one array of rows, each after `context - max_lag` rows of zeros
(the mean). A target is a row with `max_lag` rows of its own segment before it. So the `context`
rows before a target hold its own segment and zeros, and nothing of another segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from methods.dot.inputs.surrogates import surrogates

_TRAIN, _VALIDATION = 0.75, 0.9  # shares of a stretch at which validation and testing start


@dataclass(frozen=True)
class Sequences:
    """Rows of all segments, and which of them may be forecast.

    Parameters
    ----------
    rows
        Shape `(R, n_inputs)`, float32: standardised observations, then their surrogates if there
        are any, then the index of the regime; zeros between segments.
    n_effects
        Number of columns to forecast, the first ones.
    n_index
        Number of columns of the index of the regime, the last ones: 1 in the row before a step
        of that regime, 0 elsewhere.
    targets
        Indices of the rows with a full `max_lag` window before them, in order.
    labels
        Shape `(R,)`: the regime of each row, 0 between segments and where none are given.
    train, validation, test
        Bool masks over the rows: the targets split into contiguous stretches.
    max_lag, context
        Steps.
    """

    rows: Tensor
    n_effects: int
    n_index: int
    targets: Tensor
    labels: Tensor
    train: Tensor
    validation: Tensor
    test: Tensor
    max_lag: int
    context: int

    @classmethod
    def cut(
        cls,
        segments: Sequence[NDArray[np.float64]],
        max_lag: int,
        context: int,
        device: str,
        *,
        blocks: int = 5,
        shift: float = 0.0,
        copies: int = 0,
        regimes: Sequence[NDArray[np.int64]] | None = None,
        with_index: bool = False,
    ) -> Self:
        """Lay out standardised segments of shape `(T_k, n_vars)`.

        The held-out steps lie in `blocks` stretches, spread evenly over the series. `shift` moves
        them, by a fraction of the way from one to the next. Every series gets `copies`
        further columns: see `surrogates`. `regimes` are labels `0..R-1` of every step; with
        `with_index` the index of the regime is added as well.
        """
        n = segments[0].shape[1]
        if copies:
            segments = _side_by_side(segments, surrogates(segments, max_lag, copies))
        n_index = 0
        if regimes is not None and with_index:
            n_index = 1 + max(int(labels.max()) for labels in regimes)
            index = [np.eye(n_index)[np.append(labels[1:], labels[-1])] for labels in regimes]
            segments = _side_by_side(segments, index)
        gap = np.zeros((context - max_lag, segments[0].shape[1]))
        rows = np.concatenate([part for segment in segments for part in (gap, segment)])
        lengths = [len(segment) + len(gap) for segment in segments]
        is_target = np.concatenate([np.arange(length) >= context for length in lengths])
        targets = np.flatnonzero(is_target)
        labels = regimes or [np.zeros(len(segment), dtype=np.int64) for segment in segments]
        padded = [np.pad(label, (len(gap), 0)) for label in labels]
        place = (np.arange(len(targets)) * blocks / len(targets) + shift) % 1

        def between(low: float, high: float) -> Tensor:
            mask = np.zeros(len(rows), dtype=bool)
            mask[targets[(low <= place) & (place < high)]] = True
            return torch.tensor(mask, device=device)

        return cls(
            rows=torch.tensor(rows, dtype=torch.float32, device=device),
            n_effects=n,
            n_index=n_index,
            targets=torch.tensor(targets, device=device),
            labels=torch.tensor(np.concatenate(padded), device=device),
            train=between(0, _TRAIN),
            validation=between(_TRAIN, _VALIDATION),
            test=between(_VALIDATION, 1),
            max_lag=max_lag,
            context=context,
        )

    @property
    def n_inputs(self) -> int:
        """Number of columns: series, surrogates and the index of the regime."""
        return self.rows.shape[1]

    @property
    def positions(self) -> int:
        """Number of steps that one sequence forecasts: those with a full window."""
        return self.context - self.max_lag + 1

    @property
    def last_start(self) -> int:
        """Largest index at which a sequence of `context` inputs and one more row fits."""
        return len(self.rows) - self.context - 1

    def in_regime(self, regime: int) -> Self:
        """Return the same with the targets of one regime only, for attribution."""
        return replace(self, targets=self.targets[self.labels[self.targets] == regime])

    def take(self, starts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return inputs, the rows to forecast, and the indices of these rows.

        Shapes `(B, context, n_inputs)`, `(B, positions, n_effects)` and `(B, positions)`.
        """
        at = self._forecast_at(starts)
        inputs = self.rows[starts[:, None] + torch.arange(self.context, device=starts.device)]
        return inputs, self.rows[at, : self.n_effects], at

    def draw(self, count: int, generator: Generator) -> Tensor:
        """Return `count` random starts of sequences that forecast a training step each."""
        train = self.train.nonzero()[:, 0]
        device = train.device
        row = train[torch.randint(len(train), (count,), generator=generator, device=device)]
        place = torch.randint(self.positions, (count,), generator=generator, device=device)
        return (row - self.context + place).clamp(0, self.last_start)

    def starts(self, mask: Tensor) -> Tensor:
        """Return starts of sequences that together forecast every row in `mask`."""
        step = self.positions
        grid = torch.arange(0, self.last_start + step, step, device=mask.device)
        grid = grid.clamp(max=self.last_start)
        return grid[mask[self._forecast_at(grid)].any(dim=1)]

    def _forecast_at(self, starts: Tensor) -> Tensor:
        steps = torch.arange(self.max_lag, self.context + 1, device=starts.device)
        return starts[:, None] + steps

    def windows(self, at: Tensor) -> Tensor:
        """Return the `max_lag` rows before each index, nearest first: `(W, max_lag, n_inputs)`."""
        return self.rows[at[:, None] - torch.arange(1, self.max_lag + 1, device=at.device)]


def _side_by_side(
    segments: Sequence[NDArray[np.float64]], more: Sequence[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """Return the segments with further columns."""
    return [np.hstack(pair) for pair in zip(segments, more, strict=True)]
