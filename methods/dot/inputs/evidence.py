"""Tests of whether an effect depends on an input, in closed form: `-log p` of each."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from methods.dot.inputs.functions import cosines
from methods.dot.inputs.linear_path import LinearPath

ORDERS = (2, 4, 8, 16)
"""Numbers of cosines that `alone` tests."""

_BLOCK = 10_000_000  # values of cosines held in memory at once
_PAIR_PRODUCTS = 2e10  # most multiplications in the search for pairs
_FEWEST_PAIR_ROWS = 2_000  # with fewer steps the tails of a product are not yet normal


def wald(path: LinearPath, left: Tensor, steps: int) -> NDArray[np.float64]:
    """Return the evidence of what each input adds to a linear path, solved on `steps` steps.

    Parameters
    ----------
    path
        The linear path.
    left
        Its residual, shape `(T, n_effects)`.
    steps
        Number of steps it was solved on.

    Returns
    -------
    NDArray
        Shape `(n_effects, inputs)`, as of the others here.
    """
    noise = left.double().std(dim=0)
    t = path.statistic() * math.sqrt(steps) / noise
    return _minus_log_p(t.square().T, 1)


def jointly(functions: Tensor, target: Tensor) -> tuple[NDArray[np.float64], Tensor]:
    """Return the evidence of each input's functions given those of all others.

    Parameters
    ----------
    functions
        Shape `(inputs, count, T)`, with fewer functions than steps; see `cosines`.
    target
        Standardised, shape `(T, n_effects)`.

    Returns
    -------
    tuple
        Wald's test of the `count` coefficients of an input in a regression on all functions, and
        the standardised residual of that regression, shape `(T, n_effects)`.
    """
    inputs, kinds = functions.shape[:2]
    design = functions.flatten(0, 1)
    gram = (design @ design.T).double() + torch.eye(len(design), device=target.device)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    fit = inverse @ (design @ target).double()
    left = target - design.T @ fit.float()
    blocks = inverse.view(inputs, kinds, inputs, kinds).diagonal(dim1=0, dim2=2).permute(2, 0, 1)
    each = fit.view(inputs, kinds, -1)
    variance = left.double().square().sum(dim=0) / (len(left) - len(design))
    statistic = (each * torch.linalg.solve(blocks, each)).sum(dim=1) / variance
    return _minus_log_p(statistic.T, kinds), standard(left)


def alone(u: Tensor, target: Tensor) -> NDArray[np.float64]:
    r"""Return the evidence of each input by itself, at the roughness where it is strongest.

    The statistic is :math:`T \sum_{k \le K} \mathrm{corr}(y, \phi_k)^2` for each number `K` in
    `ORDERS`, with Bonferroni's factor. The data choose `K`, as in Ledwina's smooth test (1994,
    doi 10.1080/01621459.1994.10476834).

    Parameters
    ----------
    u
        Ranks of the inputs, shape `(inputs, T)`.
    target
        Standardised, shape `(T, n_effects)`.
    """
    steps, most = u.shape[1], ORDERS[-1]
    blocks = torch.split(u, max(_BLOCK // (most * steps), 1))
    powers = [(cosines(block, most) @ target / steps).square() * steps for block in blocks]
    total = torch.cat(powers).cumsum(dim=1)  # (inputs, order, n_effects)
    each = [_minus_log_p(total[:, order - 1].T, order) for order in ORDERS]
    best: NDArray[np.float64] = np.max(each, axis=0)
    return np.maximum(best - math.log(len(ORDERS)), 0)


def pair_rows(functions: Tensor, effects: int) -> int:
    """Return the number of steps on which a search for pairs is affordable; 0 for too few."""
    inputs, kinds, steps = functions.shape
    rows = min(steps, int(_PAIR_PRODUCTS / (effects * (inputs * kinds) ** 2)))
    return 0 if rows < min(steps, _FEWEST_PAIR_ROWS) else rows


def pairs(functions: Tensor, left: Tensor, rows: int) -> NDArray[np.float64]:
    r"""Return the evidence of the best pair of each input, by products of their functions.

    The statistic is :math:`T \sum_{f,g} \mathrm{corr}(r, \phi_f \psi_g)^2`, with Bonferroni's
    factor for the choice of the partner. It finds a product of two inputs that have no effect
    alone.

    Parameters
    ----------
    functions
        Shape `(inputs, count, T)`; see `cosines`.
    left
        Standardised residual, shape `(T, n_effects)`.
    rows
        Steps to use; see `pair_rows`.
    """
    inputs, kinds = functions.shape[:2]
    left = left[:rows]
    design = functions[:, :, :rows].reshape(inputs * kinds, rows)
    best = torch.empty(left.shape[1], inputs, device=left.device)
    for effect, row in enumerate(best):
        products = (design * left[:, effect]) @ design.T / math.sqrt(rows)
        each = products.square().view(inputs, kinds, inputs, kinds).sum(dim=(1, 3))
        row[:] = each.fill_diagonal_(0).max(dim=1).values
    return np.maximum(_minus_log_p(best, kinds**2) - math.log(inputs), 0)


def standard(values: Tensor) -> Tensor:
    """Return the columns with mean 0 and standard deviation 1; constant ones stay 0."""
    return (values - values.mean(dim=0)) / values.std(dim=0).clamp(min=1e-12)


def _minus_log_p(statistic: Tensor, freedom: int) -> NDArray[np.float64]:
    # Beyond 1e4 the exact tail no longer matters, and its logarithm is not always finite.
    clipped = statistic.double().clamp(max=1e4).cpu().numpy()
    return np.asarray(-stats.chi2.logsf(clipped, freedom))
