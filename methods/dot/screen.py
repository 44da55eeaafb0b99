"""The candidates of every effect: lagged inputs with any trace of an influence.

Each input gets the strongest of four tests against what least squares leaves of an effect, in
closed form. A test that errs costs little: the network decides among the candidates, and an
input that is none keeps its linear coefficient.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from methods.dot.sequences import Sequences

_ROWS = 20_000  # most steps to test on
_PAIR_PRODUCTS = 2e10  # most multiplications in the search for pairs
_FEWEST_PAIR_ROWS = 2_000  # with fewer steps the tails of a product are not yet normal
_FUNCTIONS = 5  # x, sin x, cos x, sin 2x, cos 2x


def candidates(sequences: Sequences, coefficients: Tensor, count: int) -> Tensor:
    """Return the `count` inputs of each effect with the strongest evidence.

    Parameters
    ----------
    sequences
        The training steps are tested on.
    coefficients
        Shape `(n_effects, n_inputs, max_lag)`, lags from `max_lag` down: the linear path.
    count
        Candidates per effect; all inputs where there are no more.

    Returns
    -------
    Tensor
        Shape `(n_effects, count)`: indices into the window, `(lag - 1) * n_inputs + input`.
    """
    at = sequences.train.nonzero()[:, 0]
    at = at[torch.linspace(0, len(at) - 1, min(len(at), _ROWS)).long().to(at.device)]
    evidence = torch.as_tensor(np.max(_evidence(sequences, at, coefficients), axis=0))
    count = min(count, evidence.shape[1])
    # A stable order, so that equal evidence gives the same candidates everywhere.
    strongest = torch.sort(-evidence, dim=1, stable=True).indices[:, :count]
    return strongest.to(at.device)


def _evidence(sequences: Sequences, at: Tensor, coefficients: Tensor) -> list[NDArray[np.float64]]:
    r"""Return `-log p` of each test, shape `(n_effects, inputs)`.

    With residual `r` of an effect and the functions :math:`\phi` of one input, whitened:

    - linear: Wald's test of the coefficient;
    - mean: :math:`T \sum_f \mathrm{corr}(r, \phi_f)^2`, chi-squared, sees any smooth function;
    - variance: the same for :math:`r^2`;
    - pair: :math:`T \sum_{f,g} \mathrm{corr}(r, \phi_f \psi_g)^2` for the best partner, with
      Bonferroni's factor: sees a product of two inputs of which neither has a trace alone.
    """
    window = sequences.windows(at).flatten(1)
    flat = coefficients.flip(2).permute(2, 1, 0).reshape(window.shape[1], -1)
    left = _standard(sequences.rows[at, : sequences.n_effects] - window @ flat)
    functions = _functions(window)
    mean = _chi_squared(functions, left)
    variance = _chi_squared(functions, _standard(left.square()))
    linear = _wald(window, flat, sequences.rows[at, : sequences.n_effects])
    found = [linear, _minus_log_p(mean, _FUNCTIONS), _minus_log_p(variance, _FUNCTIONS)]
    rows = _pair_rows(functions, left.shape[1])
    return [*found, _pairs(functions, left, rows)] if rows else found


def _functions(window: Tensor) -> Tensor:
    """Return whitened functions of each input, shape `(inputs, _FUNCTIONS, T)`."""
    sin, cos = torch.sin(window), torch.cos(window)
    raw = torch.stack([window, sin, cos, 2 * sin * cos, 1 - 2 * sin * sin]).permute(2, 0, 1)
    centred = raw - raw.mean(dim=2, keepdim=True)
    gram = centred @ centred.mT / raw.shape[2]
    ridge = 1e-4 * torch.eye(_FUNCTIONS, device=window.device)
    root = torch.linalg.cholesky(gram + ridge)
    white: Tensor = torch.linalg.solve_triangular(root, centred, upper=False)
    return white


def _chi_squared(functions: Tensor, target: Tensor) -> Tensor:
    steps = functions.shape[2]
    return (functions @ target / steps).square().sum(dim=1).T * steps


def _wald(window: Tensor, coefficients: Tensor, present: Tensor) -> NDArray[np.float64]:
    gram = window.double().T @ window.double() + torch.eye(len(coefficients), device=window.device)
    spread = torch.cholesky_inverse(torch.linalg.cholesky(gram)).diagonal().sqrt()
    noise = (present - window @ coefficients).double().std(dim=0)
    return _minus_log_p((coefficients.double() / (spread[:, None] * noise)).square().T, 1)


def _pair_rows(functions: Tensor, effects: int) -> int:
    """Return on how many steps pairs can be searched at their cost; 0: on too few."""
    inputs, _, steps = functions.shape
    size = inputs * (_FUNCTIONS - 1)
    rows = min(steps, int(_PAIR_PRODUCTS / (effects * size**2)))
    return 0 if rows < min(steps, _FEWEST_PAIR_ROWS) else rows


def _without_additive(functions: Tensor, left: Tensor) -> Tensor:
    """Return what a ridge regression on all functions leaves: pairs stand out more in it."""
    design = functions.flatten(0, 1)
    gram = design @ design.T + torch.eye(len(design), device=left.device)
    fit = torch.linalg.solve(gram, design @ left)
    return _standard(left - design.T @ fit)


def _pairs(functions: Tensor, left: Tensor, rows: int) -> NDArray[np.float64]:
    """Return the evidence of the best pair with each input, the functions but `x` itself."""
    inputs, kinds, effects = len(functions), _FUNCTIONS - 1, left.shape[1]
    left = _without_additive(functions, left)[:rows]
    design = functions[:, 1:, :rows].reshape(inputs * kinds, rows)
    best = torch.empty(effects, inputs, device=left.device)
    for effect in range(effects):
        products = (design * left[:, effect]) @ design.T / math.sqrt(rows)
        strength = products.square().view(inputs, kinds, inputs, kinds).sum(dim=(1, 3))
        best[effect] = strength.fill_diagonal_(0).max(dim=1).values
    found = _minus_log_p(best, kinds**2) - math.log(inputs)
    return np.maximum(found, 0)


def _minus_log_p(statistic: Tensor, freedom: int) -> NDArray[np.float64]:
    # Beyond 1e4 the exact tail no longer matters, and its logarithm is not always finite.
    clipped = statistic.double().clamp(max=1e4).cpu().numpy()
    return np.asarray(-stats.chi2.logsf(clipped, freedom))


def _standard(values: Tensor) -> Tensor:
    return (values - values.mean(dim=0)) / values.std(dim=0).clamp(min=1e-12)
