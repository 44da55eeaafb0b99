r"""Forward selection of the inputs of each effect, from second moments alone.

The input that lowers the residual sum of squares most is added, until the extended Bayesian
information criterion (Chen and Chen, 2008, doi 10.1093/biomet/asn034)

.. math:: W \log \mathrm{RSS} + k\,(\log W + \log p)

no longer falls, for `k` of `p` inputs and `W` windows: their :math:`\gamma = 1/2`. Then inputs are
dropped as long as that lowers it. For many inputs and few steps this is consistent where least
squares on all inputs is not determined (Wang, 2009, doi 10.1198/jasa.2008.tm08516).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

_STEPS_PER_INPUT = 4  # at least, for every input selected
_COLLINEAR = 1e-8  # share of an input's variance that has to be left by those selected before


def forward_selection(gram: Tensor, cross: Tensor, power: float, steps: int) -> Tensor:
    """Return the indices of the selected inputs of one effect, in the order of their choice.

    Parameters
    ----------
    gram
        Shape `(p, p)`: second moments of the inputs.
    cross
        Shape `(p,)`: their products with the effect.
    power
        Sum of squares of the effect.
    steps
        Number of windows that the moments are sums over.
    """
    price = math.log(steps) + math.log(len(cross))
    left, variance, rest = cross.clone(), gram.diagonal().clone(), power
    least = _COLLINEAR * variance
    basis = gram.new_empty(len(cross), 0)
    chosen: list[int] = []
    while len(chosen) < min(steps // _STEPS_PER_INPUT, len(cross)):
        gain = torch.where(variance > least, left.square() / variance, 0)
        gain[chosen] = 0
        best = int(gain.argmax())
        if steps * math.log(rest / (rest - float(gain[best]))) < price:
            break
        column = (gram[:, best] - basis @ basis[best]) / variance[best].sqrt()
        rest -= float(gain[best])
        left = left - column * (left[best] / variance[best].sqrt())
        variance = variance - column.square()
        basis = torch.cat([basis, column[:, None]], dim=1)
        chosen.append(best)
    kept = torch.tensor(chosen, dtype=torch.long, device=gram.device)
    return _drop(kept, gram, cross, rest, steps)


def _drop(chosen: Tensor, gram: Tensor, cross: Tensor, rest: float, steps: int) -> Tensor:
    """Drop inputs that others, chosen after them, have made needless."""
    price = math.log(steps) + math.log(len(cross))
    while len(chosen):
        inverse = torch.linalg.inv(gram[chosen][:, chosen])
        loss = (inverse @ cross[chosen]).square() / inverse.diagonal()
        least = int(loss.argmin())
        if steps * math.log1p(float(loss[least]) / rest) >= price:
            break
        rest += float(loss[least])
        chosen = torch.cat([chosen[:least], chosen[least + 1 :]])
    return chosen
