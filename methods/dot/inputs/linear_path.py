"""Least squares over the lagged window.

It gives the linear path and the conditional standard deviation of each input.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from methods.dot.inputs.sequences import Sequences

_RIDGE = 1.0  # weight of a unit-variance prior on standardised data, which matters on tiny series
_CHUNK = 16_384  # windows held in memory at once
_LARGE = 2_048  # inputs of a window; with more, differences are faster


class LinearPath(NamedTuple):
    r"""A least-squares forecast and how well it is determined.

    Parameters
    ----------
    coefficients
        Shape `(n_effects, n_inputs, max_lag)`, float32, lags from `max_lag` down to 1: the
        order in which a convolution reads time.
    conditional_sd
        Shape `(n_inputs, max_lag)`, lags from 1: the conditional standard deviation of each
        lagged input given all the others, :math:`1 / \sqrt{W [(X^T X + I)^{-1}]_{kk}}` over `W`
        windows. The standard error of a coefficient is inversely proportional to it.
    """

    coefficients: Tensor
    conditional_sd: Tensor

    def flat(self) -> Tensor:
        """Return the coefficients of a flattened window, `(max_lag * n_inputs, n_effects)`."""
        return self.coefficients.flip(2).permute(2, 1, 0).flatten(0, 1)


def least_squares(sequences: Sequences, at: Tensor, values: Tensor) -> LinearPath:
    r"""Regress `values` at the rows `at` on the `max_lag` rows before them.

    Solves :math:`(X^T X + I) B = X^T Y` in float64.
    """
    lags, inputs, effects = sequences.max_lag, sequences.n_inputs, values.shape[1]
    gram = _gram if lags * inputs <= _LARGE else _gram_by_differences
    # In place, because the matrix of a large problem fills the memory.
    matrix = gram(sequences, at)
    matrix.diagonal().add_(_RIDGE)
    cross = torch.zeros(lags * inputs, effects, dtype=torch.float64, device=at.device)
    for part, y in zip(torch.split(at, _CHUNK), torch.split(values.double(), _CHUNK), strict=True):
        for lag, block in enumerate(cross.view(lags, inputs, effects), start=1):
            block.addmm_(sequences.rows[part - lag].double().T, y)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(matrix, out=matrix))
    coefficients = (inverse @ cross).view(lags, inputs, effects).flip(0).permute(2, 1, 0)
    conditional_sd = (inverse.diagonal() * len(at)).rsqrt().view(lags, inputs).T
    return LinearPath(coefficients.float().contiguous(), conditional_sd)


def _gram(sequences: Sequences, at: Tensor) -> Tensor:
    """Return the sum over windows of the outer product of a flattened window with itself."""
    size = sequences.max_lag * sequences.n_inputs
    gram = torch.zeros(size, size, dtype=torch.float64, device=at.device)
    for part in torch.split(at, _CHUNK):
        x = sequences.windows(part).double().flatten(1)
        gram.addmm_(x.T, x)
    return gram


def _gram_by_differences(sequences: Sequences, at: Tensor) -> Tensor:
    r"""Return the same in a time that grows with `max_lag` and not with its square.

    Blocks with the same difference of lags :math:`\tau` are sums of :math:`x_s x_{s - \tau}^T`
    over steps shifted by one. So each follows from the one before by adding and subtracting the
    terms at the ends of the contiguous stretches of `at`.
    """
    rows, lags, inputs = sequences.rows.double(), sequences.max_lag, sequences.n_inputs
    breaks = torch.where(at.diff() != 1)[0]
    start = at[torch.cat([breaks.new_zeros(1), breaks + 1])]
    end = at[torch.cat([breaks, breaks.new_full((1,), len(at) - 1)])]
    gram = rows.new_zeros(lags, inputs, lags, inputs)
    for apart in range(lags):
        block = rows[at - 1].T @ rows[at - 1 - apart]
        for lag in range(lags - apart):
            if lag:
                enters, leaves = start - 1 - lag, end - lag
                block = block + rows[enters].T @ rows[enters - apart]
                block -= rows[leaves].T @ rows[leaves - apart]
            gram[lag, :, lag + apart] = block
            gram[lag + apart, :, lag] = block.T
    return gram.view(lags * inputs, lags * inputs)
