"""The linear path: regressions over the lagged window, on all inputs or on selected ones.

A regression on all inputs is hard to beat where steps are plenty. Where an effect has hundreds of
inputs and not many more steps, one on a few selected inputs forecasts far better. So a path knows,
for each effect, the inputs that it is regressed on. Every other input is measured by what it adds
to these. Surrogates are always measured so: they would take certainty from the real inputs.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from methods.dot.inputs.moments import cross, gram
from methods.dot.inputs.selection import forward_selection
from methods.dot.inputs.sequences import Sequences

_RIDGE = 1.0  # weight of a unit-variance prior on standardised data, which matters on tiny series
_AMPLE = 100  # steps per input; with more, regressions on all inputs and on few hardly differ
FEWEST_HELD_OUT = 20
"""Steps; with fewer, held-out steps could not tell signal from noise."""


class LinearPath(NamedTuple):
    r"""A linear forecast, and what each input adds to it.

    Parameters
    ----------
    coefficients
        Shape `(n_effects, n_inputs, max_lag)`, float32, lags from `max_lag` down to 1: the
        order in which a convolution reads time. 0 for the inputs that are not regressed on.
    each
        The same, with the coefficient that such an input gets when it alone is added.
    conditional_sd
        Shape `(n_inputs, n_effects, max_lag)`, `[input, effect, lag - 1]`: the conditional
        standard deviation of a lagged input given the (other) inputs that the effect is
        regressed on, :math:`1 / \sqrt{W [(X^T X + I)^{-1}]_{kk}}` over `W` windows. The standard
        error of a coefficient is inversely proportional to it.
    size
        Number of inputs that an effect is regressed on, mean over effects.
    """

    coefficients: Tensor
    each: Tensor
    conditional_sd: Tensor
    size: float

    def flat(self) -> Tensor:
        """Return the coefficients of a flattened window, `(max_lag * n_inputs, n_effects)`."""
        return self.coefficients.flip(2).permute(2, 1, 0).flatten(0, 1)

    def statistic(self) -> Tensor:
        """Return what each input adds, in the layout of `flat`, float64.

        It is the standard deviation of its contribution given the other inputs: over that of the
        residual a t statistic over the root of the degrees of freedom.
        """
        by_lag = self.each.double().flip(2) * self.conditional_sd.permute(1, 0, 2)
        return by_lag.permute(2, 1, 0).flatten(0, 1)


def least_squares(sequences: Sequences, at: Tensor, values: Tensor, *, few: bool) -> LinearPath:
    r"""Regress `values` at the rows `at` on the `max_lag` rows before them.

    Solves :math:`(X^T X + I) B = X^T Y` in float64, for `few` on the inputs that
    `forward_selection` finds for each effect, else on all but surrogates.
    """
    # In place, because the matrix of a large problem fills the memory.
    matrix, products = gram(sequences, at), cross(sequences, at, values)
    matrix.diagonal().add_(_RIDGE)
    own = _not_surrogates(sequences)
    if not few:
        return _path(sequences, len(at), len(own), *_regress(matrix, products, own))
    power = values.double().square().sum(dim=0).tolist()
    square, among = matrix[own][:, own], products[own]
    parts, size = [], 0
    for k, total in enumerate(power):
        chosen = own[forward_selection(square, among[:, k], total, len(at))]
        size += len(chosen)
        parts.append(_regress(matrix, products[:, [k]], chosen))
    stacked = [torch.cat(columns, dim=1) for columns in zip(*parts, strict=True)]
    return _path(sequences, len(at), size / len(power), *stacked)


def forecasts_better_with_few(sequences: Sequences) -> bool:
    """Return whether selected inputs forecast the validation steps better than all of them do.

    On long series, where it makes no difference, all are taken; on series too short to tell, few.
    """
    train, held_out = (mask.nonzero()[:, 0] for mask in (sequences.train, sequences.validation))
    if len(train) >= _AMPLE * len(_not_surrogates(sequences)):
        return False
    if len(held_out) < FEWEST_HELD_OUT:
        return True
    values = sequences.rows[:, : sequences.n_effects]
    window, present = sequences.windows(held_out).flatten(1), values[held_out]

    def error(few: bool) -> float:
        path = least_squares(sequences, train, values[train], few=few)
        return float((present - window @ path.flat()).square().mean())

    return error(few=True) < error(few=False)


def _not_surrogates(sequences: Sequences) -> Tensor:
    """Return the indices of the inputs of a flattened window that are not surrogates."""
    column = torch.arange(sequences.n_inputs, device=sequences.rows.device)
    first, last = sequences.n_effects, sequences.n_inputs - sequences.n_index
    real = (column < first) | (column >= last)
    return real.repeat(sequences.max_lag).nonzero()[:, 0]


def _regress(matrix: Tensor, products: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Regress on the chosen inputs, and measure what each other one adds.

    Returns the coefficients, those with the others added one at a time, and the variances that
    the inputs keep given the chosen (other) ones, times the number of steps: three tensors of
    shape `(inputs, effects)`.
    """
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(matrix[chosen][:, chosen]))
    fit = inverse @ products[chosen]
    coefficients = torch.zeros_like(products)
    coefficients[chosen] = fit
    kept = matrix.diagonal().clone()
    each = products.clone()
    if len(chosen) < len(kept):
        shared = matrix[:, chosen]
        kept -= ((shared @ inverse) * shared).sum(dim=1)
        each -= shared @ fit
    # What the chosen inputs determine up to rounding adds nothing.
    tiny = kept <= 1e-9 * matrix.diagonal()
    each = torch.where(tiny[:, None], 0, each / kept.clamp(min=1e-300)[:, None])
    each[chosen] = fit
    kept[chosen] = inverse.diagonal().reciprocal()
    return coefficients, each, kept.clamp(min=0)[:, None].expand_as(products)


def _path(
    sequences: Sequences,
    steps: int,
    size: float,
    coefficients: Tensor,
    each: Tensor,
    kept: Tensor,
) -> LinearPath:
    shape = (sequences.max_lag, sequences.n_inputs, sequences.n_effects)

    def by_convolution(flat: Tensor) -> Tensor:
        return flat.view(shape).flip(0).permute(2, 1, 0).float().contiguous()

    sd = (kept / steps).sqrt().reshape(shape).permute(1, 2, 0)
    return LinearPath(by_convolution(coefficients), by_convolution(each), sd, size)
