"""Adaptive lasso with a penalty chosen by BIC, on the folded series."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from methods.types.arrays import FloatArray, IntArray


def adaptive_lasso(rows: FloatArray, target: FloatArray, n_samples: int) -> FloatArray:
    """Return the `(p,)` coefficients of the columns of `rows` for `target`, 0 for dropped columns.

    A least-squares fit on standardised columns gives the weights `w_k = |b_k|`. The lasso path of
    the columns `w_k z_k` is followed. The columns that stay are those at its point of smallest

        BIC = |residuals|^2 / s^2 + log(N) * (number of coefficients),

    where `s^2` is the variance of the unpenalised residuals over `N - p - 1`. They are refitted by
    least squares. This equals `lingam.utils.predict_adaptive_lasso` up to rounding. That function
    also follows its path on second moments, so nothing is lost when `rows` and `target` are
    folded.

    Parameters
    ----------
    rows, target
        Centred columns, or other rows with the same products, such as those of
        `methods.common.folded.triangle`.
    n_samples
        Number `N` of samples behind the rows.

    References
    ----------
    Zou, JASA 101, 2006, DOI 10.1198/016214506000000735. BIC along the path: Zou, Hastie and
    Tibshirani, Annals of Statistics 35, 2007, DOI 10.1214/009053607000000127.
    """
    scale, target_scale = _norm(rows) / np.sqrt(n_samples), _norm(target) / np.sqrt(n_samples)
    scaled, goal = rows / scale, target / target_scale
    full = _least_squares(scaled, goal, n_samples)
    kept = _kept(scaled * np.abs(full), goal, n_samples)
    coefficients = np.zeros(rows.shape[1])
    coefficients[kept] = _least_squares(rows[:, kept], target, n_samples)
    return coefficients


def _kept(weighted: FloatArray, goal: FloatArray, n_samples: int) -> IntArray:
    """Return the indices of the columns in the model of smallest BIC along the lasso path."""
    from sklearn.linear_model import lars_path_gram

    with short_paths_allowed():
        _, _, path = lars_path_gram(
            weighted.T @ goal, weighted.T @ weighted, n_samples=n_samples, method="lasso"
        )
    squares = np.sum((goal[:, None] - weighted @ path) ** 2, axis=0)
    rest = goal - weighted @ _least_squares(weighted, goal, n_samples)
    variance = rest @ rest / (n_samples - weighted.shape[1] - 1)
    sizes = np.count_nonzero(np.abs(path) > np.finfo(float).eps, axis=0)
    best = np.argmin(squares / variance + np.log(n_samples) * sizes)
    return np.flatnonzero(path[:, best])


def _least_squares(rows: FloatArray, target: FloatArray, n_samples: int) -> FloatArray:
    # The rank is that of the samples themselves.
    rcond = max(n_samples, rows.shape[1]) * np.finfo(float).eps
    return np.asarray(np.linalg.lstsq(rows, target, rcond=rcond)[0])


def _norm(columns: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.sum(columns**2, axis=0)))


@contextmanager
def short_paths_allowed() -> Iterator[None]:
    """Ignore the warning that nearly equal columns end the path early.

    BIC then chooses among the part of the path that was reached, as in the library.
    """
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
