"""Feature screening: the lagged inputs of each effect that may have an influence.

An input is scored by the strongest of several tests, in closed form, mostly on the residual that
least squares leaves of an effect. An error of a test costs little: the network decides among the
candidates, and an input that is not a candidate keeps its linear coefficient.

The tests know nothing of the functions that a system is made of: all use cosines of an input's
ranks, a complete system of functions, from smooth to rough.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from methods.dot.inputs.evidence import alone, jointly, pair_rows, pairs, standard, wald
from methods.dot.inputs.functions import cosines, ranks
from methods.dot.inputs.linear_path import LinearPath
from methods.dot.inputs.sequences import Sequences

_NUMBERS = 3e7  # most ranks and cosines of inputs held in memory
_SMOOTH = 4  # most cosines of each input that are tested given the others, and those in pairs
_JOINT = 1_000  # most cosines of all inputs that are tested given each other
_STEPS_PER_COSINE = 4  # with fewer, a regression on all of them is too uncertain to help


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
        Shape `(n_effects, count)`: indices into the window, `(lag - 1) * n_inputs + input`.
    """
    at = sequences.train.nonzero()[:, 0]
    inputs = sequences.max_lag * sequences.n_inputs
    rows = min(len(at), int(_NUMBERS / (inputs * (1 + _SMOOTH))))
    at = at[torch.linspace(0, len(at) - 1, rows).long().to(at.device)]
    evidence = torch.as_tensor(np.max(_evidence(sequences, at, path), axis=0))
    # A stable order, so that equal evidence gives the same candidates everywhere.
    return torch.sort(-evidence, dim=1, stable=True).indices[:, :count]


def _evidence(sequences: Sequences, at: Tensor, path: LinearPath) -> list[NDArray[np.float64]]:
    """Return `-log p` of each test, shape `(n_effects, inputs)`.

    With the residual of an effect after least squares:

    - linear: the coefficient of least squares;
    - mean, smooth: up to four cosines of an input given those of all others;
    - mean, rough: up to sixteen cosines of an input by itself, on what the smooth ones leave.
      Rough functions of different inputs hardly correlate, so that none has to be given;
    - variance, smooth and rough: the same for the square of what is left;
    - pairs: products of four cosines of two inputs, on what is left.

    On a short series, or with very many inputs, the smooth tests have fewer cosines or are left
    out. With very many inputs, pairs are left out as well.
    """
    window = sequences.windows(at).flatten(1)
    left = sequences.rows[at, : sequences.n_effects] - window @ path.flat()
    found = [wald(path, left, int(sequences.train.sum()))]
    u, left = ranks(window.T), standard(left)
    functions = cosines(u, _SMOOTH)
    square = standard(left.square())
    if joint := _joint(*u.shape):
        mean, left = jointly(functions[:, :joint], left)
        variance, square = jointly(functions[:, :joint], standard(left.square()))
        found += [mean, variance]
    found += np.split(alone(u, torch.cat([left, square], dim=1)), 2)
    rows = pair_rows(functions, left.shape[1])
    return [*found, pairs(functions, left, rows)] if rows else found


def _joint(inputs: int, steps: int) -> int:
    """Return the number of cosines of each input that can be tested given those of all others."""
    return min(_SMOOTH, steps // (_STEPS_PER_COSINE * inputs), _JOINT // inputs)
