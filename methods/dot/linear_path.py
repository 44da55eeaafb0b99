"""Least squares over the lagged window: the linear path and the free variation of each input."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from methods.dot.sequences import Sequences

_RIDGE = 1.0  # weight of a unit-variance prior on standardised data: felt by tiny series only
_CHUNK = 16_384  # windows held in memory at once


class LinearPath(NamedTuple):
    r"""A least-squares forecast and how well it is determined.

    Parameters
    ----------
    coefficients
        Shape `(n_effects, n_inputs, max_lag)`, float32, lags from `max_lag` down to 1: the
        order in which a convolution reads time.
    free_variation
        Shape `(n_inputs, max_lag)`, lags from 1: the standard deviation of each lagged input
        given all the others, :math:`1 / \sqrt{W [(X^T X + I)^{-1}]_{kk}}` over `W` windows. A
        coefficient's standard error is inversely proportional to it.
    """

    coefficients: Tensor
    free_variation: Tensor

    def flat(self) -> Tensor:
        """Return the coefficients of a flattened window, `(max_lag * n_inputs, n_effects)`."""
        return self.coefficients.flip(2).permute(2, 1, 0).flatten(0, 1)


def least_squares(sequences: Sequences, at: Tensor, values: Tensor) -> LinearPath:
    r"""Regress `values` at the rows `at` on the `max_lag` rows before them.

    Solves :math:`(X^T X + I) B = X^T Y` in float64.
    """
    lags, inputs, effects = sequences.max_lag, sequences.rows.shape[1], values.shape[1]
    size = lags * inputs
    gram = torch.eye(size, dtype=torch.float64, device=at.device) * _RIDGE
    cross = torch.zeros(size, effects, dtype=torch.float64, device=at.device)
    for part, y in zip(torch.split(at, _CHUNK), torch.split(values.double(), _CHUNK), strict=True):
        x = sequences.windows(part).double().flatten(1)
        gram.addmm_(x.T, x)
        cross.addmm_(x.T, y)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    coefficients = (inverse @ cross).view(lags, inputs, effects).flip(0).permute(2, 1, 0)
    free_variation = (inverse.diagonal() * len(at)).rsqrt().view(lags, inputs).T
    return LinearPath(coefficients.float().contiguous(), free_variation)
