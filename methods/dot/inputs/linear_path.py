"""The linear path: regressions over the lagged window, on all inputs or on selected ones.

A regression on all inputs is hard to beat where steps are plenty. Where an effect has hundreds of
inputs and not many more steps, one on a few selected inputs forecasts far better. So a path knows,
for each effect, the inputs that it is regressed on. Every other input is measured by what it adds
to these. So are surrogates, which would take certainty from the real inputs. Only where real
inputs and surrogates are compared, effects are regressed on all of both, which treats them alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from methods.dot.inputs.moments import cross, gram
from methods.dot.inputs.selection import forward_selection
from methods.dot.inputs.sequences import Sequences

_RIDGE = 1.0  # weight of a unit-variance prior on standardised data, which matters on tiny series
_AMPLE = 100  # steps per input; with more, regressions on all inputs and on few hardly differ
FEWEST_HELD_OUT = 20
"""Steps; with fewer, held-out steps could not tell signal from noise."""


On = Literal["few", "own", "all"]
"""What an effect is regressed on: what `forward_selection` finds, all but surrogates, or all."""


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

    def silent(self) -> LinearPath:
        """Return the same with coefficients 0, and with the conditional deviations as they are."""
        nothing = torch.zeros_like(self.coefficients)
        return self._replace(coefficients=nothing, each=nothing)

    def statistic(self) -> Tensor:
        """Return what each input adds, in the layout of `flat`, float64.

        It is the standard deviation of its contribution given the other inputs: over that of the
        residual a t statistic over the root of the degrees of freedom.
        """
        by_lag = self.each.double().flip(2) * self.conditional_sd.permute(1, 0, 2)
        return by_lag.permute(2, 1, 0).flatten(0, 1)


def least_squares(sequences: Sequences, at: Tensor, values: Tensor, on: On) -> LinearPath:
    """Return the regression on one choice of inputs; see `regressions`."""
    return regressions(sequences, at, values, [on])[0]


def regressions(
    sequences: Sequences, at: Tensor, values: Tensor, each_on: Iterable[On]
) -> list[LinearPath]:
    r"""Regress `values` at the rows `at` on the `max_lag` rows before them.

    Solves :math:`(X^T X + I) B = X^T Y` in float64, once for every choice of inputs.
    """
    # In place, because the matrix of a large problem fills the memory.
    matrix, products = gram(sequences, at), cross(sequences, at, values)
    matrix.diagonal().add_(_RIDGE)
    own = _not_surrogates(sequences)
    every = torch.arange(len(matrix), device=own.device)
    power = values.double().square().sum(dim=0)
    return [
        _path(sequences, len(at), *_on_few(matrix, products, power, own, len(at)))
        if on == "few"
        else _path(sequences, len(at), *_regress(matrix, products, own if on == "own" else every))
        for on in each_on
    ]


def _on_few(
    matrix: Tensor, products: Tensor, power: Tensor, own: Tensor, steps: int
) -> tuple[Tensor, Tensor, Tensor, float]:
    """Regress each effect on what `forward_selection` finds for it; see `_regress`."""
    square, among = matrix[own][:, own], products[own]
    parts = []
    for k, total in enumerate(power.tolist()):
        chosen = own[forward_selection(square, among[:, k], total, steps)]
        parts.append(_regress(matrix, products[:, [k]], chosen))
    *columns, sizes = zip(*parts, strict=True)
    coefficients, each, kept = (torch.cat(column, dim=1) for column in columns)
    return coefficients, each, kept, sum(sizes) / len(sizes)


def best_on(sequences: Sequences) -> On:
    """Return whether few selected inputs or all own ones forecast the validation steps better.

    On long series, where it makes no difference, all are taken; on series too short to tell, few.
    """
    train, held_out = (mask.nonzero()[:, 0] for mask in (sequences.train, sequences.validation))
    if len(train) >= _AMPLE * len(_not_surrogates(sequences)):
        return "own"
    if len(held_out) < FEWEST_HELD_OUT:
        return "few"
    values = sequences.rows[:, : sequences.n_effects]
    window, present = sequences.windows(held_out).flatten(1), values[held_out]

    def error(on: On) -> float:
        path = least_squares(sequences, train, values[train], on=on)
        return float((present - window @ path.flat()).square().mean())

    return "few" if error("few") < error("own") else "own"


def _not_surrogates(sequences: Sequences) -> Tensor:
    """Return the indices of the inputs of a flattened window that are not surrogates."""
    column = torch.arange(sequences.n_inputs, device=sequences.rows.device)
    first, last = sequences.n_effects, sequences.n_inputs - sequences.n_index
    real = (column < first) | (column >= last)
    return real.repeat(sequences.max_lag).nonzero()[:, 0]


def _regress(
    matrix: Tensor, products: Tensor, chosen: Tensor
) -> tuple[Tensor, Tensor, Tensor, float]:
    """Regress on the chosen inputs, and measure what each other one adds.

    Returns the coefficients, those with the others added one at a time, and the variances that
    the inputs keep given the chosen (other) ones, times the number of steps: three tensors of
    shape `(inputs, effects)`; and the number of chosen inputs.
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
    return coefficients, each, kept.clamp(min=0)[:, None].expand_as(products), len(chosen)


def _path(
    sequences: Sequences,
    steps: int,
    coefficients: Tensor,
    each: Tensor,
    kept: Tensor,
    size: float,
) -> LinearPath:
    shape = (sequences.max_lag, sequences.n_inputs, sequences.n_effects)

    def by_convolution(flat: Tensor) -> Tensor:
        return flat.view(shape).flip(0).permute(2, 1, 0).float().contiguous()

    sd = (kept / steps).sqrt().reshape(shape).permute(1, 2, 0)
    return LinearPath(by_convolution(coefficients), by_convolution(each), sd, size)
