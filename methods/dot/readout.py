"""From attributions to scores and a decision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


def in_units_of_free_variation(
    strength: NDArray[np.float64], free_variation: Tensor
) -> NDArray[np.float64]:
    r"""Multiply each attribution by the standard deviation of its input given all other inputs.

    :math:`S_{ijl} = A_{ijl}\,\sigma(x_{i,t-l} \mid \text{other inputs})`: how far the effect
    moves when an input moves as far as it does on its own. On a linear forecast this ranks the
    inputs of an effect by their t-statistic, so a coefficient that is large only because
    collinear inputs leave it undetermined does not outrank one that is certain.

    Parameters
    ----------
    strength
        Shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`.
    free_variation
        Shape `(n_vars, max_lag)`, `[cause, lag - 1]`.
    """
    scores: NDArray[np.float64] = strength * free_variation.cpu().numpy()[:, None]
    return scores


def top_per_effect(scores: NDArray[np.float64], in_degree: int) -> NDArray[np.bool_]:
    """Select the `in_degree` strongest entries of every effect: the paper's row-wise top-k.

    `scores` has shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`; among equal
    scores the smaller cause and lag win.
    """
    n, _, lags = scores.shape
    by_effect = scores.transpose(1, 0, 2).reshape(n, -1)
    strongest = np.argsort(-by_effect, axis=1, kind="stable")[:, :in_degree]
    selected = np.zeros(by_effect.shape, dtype=bool)
    np.put_along_axis(selected, strongest, True, axis=1)
    return selected.reshape(n, n, lags).transpose(1, 0, 2)
