"""The best labels of a sequence when every switch has its price."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_path(gains: NDArray[np.float64], switch_cost: float) -> NDArray[np.int64]:
    """Return the labels that maximise the sum of their gains less the price of all switches.

    The path of a hidden Markov model whose regimes follow each other with equal probability
    (Viterbi, 1967, doi:10.1109/TIT.1967.1054010).

    Parameters
    ----------
    gains
        Shape `(T, R)`: the gain of each label at each step, at least one step.
    switch_cost
        Price of a label that differs from the one before it.

    Returns
    -------
    ndarray
        Shape `(T,)`, labels in `0..R - 1`.
    """
    value = gains[0].copy()
    leaders = np.zeros(len(gains), dtype=np.int64)  # the best label so far, at each step
    switched = np.zeros(gains.shape, dtype=bool)  # whether a label is best reached from there
    for t in range(1, len(gains)):
        leaders[t] = value.argmax()
        fresh = value[leaders[t]] - switch_cost
        np.less(value, fresh, out=switched[t])
        np.maximum(value, fresh, out=value)
        value += gains[t]
    path = np.empty(len(gains), dtype=np.int64)
    path[-1] = value.argmax()
    for t in range(len(gains) - 1, 0, -1):
        path[t - 1] = leaders[t] if switched[t, path[t]] else path[t]
    return path
