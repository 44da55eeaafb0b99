"""Feature screening: the lagged inputs of each effect that may have an influence.

An input is scored by the strongest of four tests, in closed form, mostly on the residual that
least squares leaves of an effect. An error of a test costs little: the network decides among the
candidates, and an input that is not a candidate keeps its linear coefficient.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor

from methods.dot.inputs.linear_path import LinearPath
from methods.dot.inputs.sequences import Sequences

_NUMBERS = 3e7  # most values of functions of inputs held in memory
_JOINT = 1_000  # most functions of all inputs that are tested given each other
_PAIR_PRODUCTS = 2e10  # most multiplications in the search for pairs
_FEWEST_PAIR_ROWS = 2_000  # with fewer steps the tails of a product are not yet normal
_FUNCTIONS = 7  # x, and the sine and cosine of x, 2x and 3x
_IN_PAIRS = 4  # the sine and cosine of x and 2x are searched for pairs


def candidates(sequences: Sequences, path: LinearPath, count: int) -> Tensor:
    """Return the `count` inputs of each effect with the strongest evidence.

    Parameters
    ----------
    sequences
        The data, of which the training steps are used.
    path
        The linear path, solved on the training steps.
    count
        Candidates per effect; all inputs where there are no more.

    Returns
    -------
    Tensor
        Shape `(n_effects, count)`: indices into the window, `(lag - 1) * n_inputs + input`. An
        index of the regime adds its columns to the candidates of every effect.
    """
    at = sequences.train.nonzero()[:, 0]
    inputs = sequences.max_lag * sequences.n_inputs
    rows = min(len(at), int(_NUMBERS / (inputs * _FUNCTIONS)))
    at = at[torch.linspace(0, len(at) - 1, rows).long().to(at.device)]
    evidence = torch.as_tensor(np.max(_evidence(sequences, at, path), axis=0))
    evidence[:, _index(sequences)] = -1  # the index is added below in any case
    count = min(count, evidence.shape[1] - sequences.n_index)
    # A stable order, so that equal evidence gives the same candidates everywhere.
    strongest = torch.sort(-evidence, dim=1, stable=True).indices[:, :count]
    return torch.cat([strongest, _index(sequences).expand(len(strongest), -1)], dim=1)


def _index(sequences: Sequences) -> Tensor:
    """Return the places of the index of the regime in the window."""
    inputs = sequences.n_inputs
    return torch.arange(inputs - sequences.n_index, inputs)


def _evidence(sequences: Sequences, at: Tensor, path: LinearPath) -> list[NDArray[np.float64]]:
    r"""Return `-log p` of each test, shape `(n_effects, inputs)`.

    With the residual `r` of an effect and seven functions of every input:

    - linear: Wald's test of the coefficient;
    - mean: Wald's test of the seven coefficients of an input in a regression of `r` on the
      functions of all inputs, which finds any smooth function;
    - variance: the same for the squared residual of that regression;
    - pair: :math:`T \sum_{f,g} \mathrm{corr}(r, \phi_f \psi_g)^2` for the best partner, with
      Bonferroni's factor, which finds a product of two inputs that have no effect alone.

    With very many inputs each is tested by itself for mean and variance, without pairs.
    """
    window = sequences.windows(at).flatten(1)
    left = sequences.rows[at, : sequences.n_effects] - window @ path.flat()
    linear = _wald(path, left, int(sequences.train.sum()))
    functions, left = _functions(window), _standard(left)
    if functions.shape[0] * _FUNCTIONS > _JOINT:
        return [linear, _alone(functions, left), _alone(functions, _standard(left.square()))]
    mean, left = _jointly(functions, left)
    variance, _ = _jointly(functions, _standard(left.square()))
    rows = _pair_rows(functions, left.shape[1])
    found = [linear, mean, variance]
    return [*found, _pairs(functions, left, rows)] if rows else found


def _functions(window: Tensor) -> Tensor:
    """Return whitened functions of each input, shape `(inputs, _FUNCTIONS, T)`."""
    sin, cos = torch.sin(window), torch.cos(window)
    sin2, cos2 = 2 * sin * cos, 1 - 2 * sin * sin
    sin3, cos3 = sin2 * cos + cos2 * sin, cos2 * cos - sin2 * sin
    raw = torch.stack([window, sin, cos, sin2, cos2, sin3, cos3]).permute(2, 0, 1)
    centred = raw - raw.mean(dim=2, keepdim=True)
    gram = centred @ centred.mT / raw.shape[2]
    ridge = 1e-4 * torch.eye(_FUNCTIONS, device=window.device)
    root = torch.linalg.cholesky(gram + ridge)
    white: Tensor = torch.linalg.solve_triangular(root, centred, upper=False)
    return white


def _alone(functions: Tensor, target: Tensor) -> NDArray[np.float64]:
    """Return the evidence of each input's functions for a standardised target."""
    steps = functions.shape[2]
    statistic = (functions @ target / steps).square().sum(dim=1).T * steps
    return _minus_log_p(statistic, _FUNCTIONS)


def _jointly(functions: Tensor, target: Tensor) -> tuple[NDArray[np.float64], Tensor]:
    """Return the evidence of each input's functions given all others, and their residual."""
    inputs, kinds = functions.shape[:2]
    design = functions.flatten(0, 1)
    gram = (design @ design.T).double() + torch.eye(len(design), device=target.device)
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(gram))
    fit = inverse @ (design @ target).double()
    left = target - design.T @ fit.float()
    blocks = inverse.view(inputs, kinds, inputs, kinds).diagonal(dim1=0, dim2=2).permute(2, 0, 1)
    each = fit.view(inputs, kinds, -1)
    statistic = (each * torch.linalg.solve(blocks, each)).sum(dim=1) / left.double().var(dim=0)
    return _minus_log_p(statistic.T, kinds), _standard(left)


def _wald(path: LinearPath, left: Tensor, steps: int) -> NDArray[np.float64]:
    """Return the evidence of each linear coefficient, solved on `steps` steps."""
    noise = left.double().std(dim=0)
    t = path.flat().double() * path.conditional_sd.T.reshape(-1, 1) * math.sqrt(steps) / noise
    return _minus_log_p(t.square().T, 1)


def _pair_rows(functions: Tensor, effects: int) -> int:
    """Return the number of steps on which a search for pairs is affordable; 0 for too few."""
    inputs, _, steps = functions.shape
    size = inputs * _IN_PAIRS
    rows = min(steps, int(_PAIR_PRODUCTS / (effects * size**2)))
    return 0 if rows < min(steps, _FEWEST_PAIR_ROWS) else rows


def _pairs(functions: Tensor, left: Tensor, rows: int) -> NDArray[np.float64]:
    """Return the evidence of the best pair of each input, by sine and cosine of `x` and `2x`."""
    inputs, kinds, effects = len(functions), _IN_PAIRS, left.shape[1]
    left = left[:rows]
    design = functions[:, 1 : 1 + _IN_PAIRS, :rows].reshape(inputs * kinds, rows)
    best = torch.empty(effects, inputs, device=left.device)
    for effect in range(effects):
        products = (design * left[:, effect]) @ design.T / math.sqrt(rows)
        each = products.square().view(inputs, kinds, inputs, kinds).sum(dim=(1, 3))
        best[effect] = each.fill_diagonal_(0).max(dim=1).values
    found = _minus_log_p(best, kinds**2) - math.log(inputs)
    return np.maximum(found, 0)


def _minus_log_p(statistic: Tensor, freedom: int) -> NDArray[np.float64]:
    # Beyond 1e4 the exact tail no longer matters, and its logarithm is not always finite.
    clipped = statistic.double().clamp(max=1e4).cpu().numpy()
    return np.asarray(-stats.chi2.logsf(clipped, freedom))


def _standard(values: Tensor) -> Tensor:
    return (values - values.mean(dim=0)) / values.std(dim=0).clamp(min=1e-12)
