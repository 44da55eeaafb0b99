"""Functions of an input that say nothing of its shape beforehand: cosines of its ranks."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_RIDGE = 1e-4  # for inputs with few values, whose functions are not all different


def ranks(values: Tensor) -> Tensor:
    r"""Return the share of the entries of its row that lie below each entry.

    Parameters
    ----------
    values
        Shape `(inputs, T)`.

    Returns
    -------
    Tensor
        The same shape: :math:`u = (r - 1/2) / T` of the rank `r = 1..T`, the mean of their ranks
        for equal entries.
    """
    values = values.contiguous()
    ordered = values.sort(dim=1).values
    below = torch.searchsorted(ordered, values)
    return (below + torch.searchsorted(ordered, values, right=True)) / (2 * values.shape[1])


def cosines(u: Tensor, count: int) -> Tensor:
    r"""Return :math:`\sqrt 2 \cos(\pi k u)` for `k = 1..count`, centred and made orthonormal.

    Any function of an input is a sum of these, a rough one of more of them. Of a row without
    equal entries they are orthonormal as they are (the discrete cosine transform). They are those
    of Neyman's smooth test (1937, Skandinavisk Aktuarietidskrift 20).

    Parameters
    ----------
    u
        Ranks, shape `(inputs, T)`; see `ranks`.
    count
        Number of functions, from the smoothest on. The first `k` do not depend on it.

    Returns
    -------
    Tensor
        Shape `(inputs, count, T)`.
    """
    order = torch.arange(1, count + 1, device=u.device)[:, None]
    raw = math.sqrt(2) * torch.cos(math.pi * order * u[:, None])
    centred = raw - raw.mean(dim=2, keepdim=True)
    gram = centred @ centred.mT / raw.shape[2]
    root = torch.linalg.cholesky(gram + _RIDGE * torch.eye(count, device=u.device))
    white: Tensor = torch.linalg.solve_triangular(root, centred, upper=False)
    return white
