"""Tigramite's partial correlation tests, from one small matrix instead of the whole series.

PCMCI, PCMCI+, LPCMCI and J-PCMCI+ ask for thousands of partial correlations. All of them use the
same rows, because `cut_off="2xtau_max"` drops the first `2 * tau_max` of every data set. Let `A`,
`N` by `p`, be the lagged values on these rows, and `[1, A] = Q R`. Then every partial correlation
is a function of `R` alone. Without its first row and column, `R` holds the coordinates of the
centred columns in an orthonormal basis. Residuals of a regression among its columns therefore have
the same lengths and angles as among the columns of `A`. The cost of a test does not grow with `N`.

The classes replace `ParCorr` and `ParCorrMult` in any script. Importing this module imports
tigramite. Partial correlation: Runge et al., Science Advances 5, 2019, DOI 10.1126/sciadv.aau4996.
Least squares by an accumulated triangular factor: Golub and Van Loan, Matrix Computations, 4th
edition, 2013, sections 5.3 and 6.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dgeqrf
from scipy.special import stdtr
from tigramite.independence_tests.parcorr import ParCorr
from tigramite.independence_tests.parcorr_mult import ParCorrMult

from methods.types.arrays import FloatArray

Node = tuple[int, int]

# Rows per block: few enough for the processor's cache.
_ROWS = 1024
# Up to this condition number of the moments, their Cholesky factor equals QR of the data to about
# 1e-13. Beyond it, squaring the data costs digits.
_CONDITION = 1e3
# A residual shorter than this, relative to its column, is rounding.
_TINY = 1e-7


class _Factor(NamedTuple):
    """The lagged values of a data frame as coordinates in an orthonormal basis.

    Parameters
    ----------
    columns
        Shape `(rank, n_columns * (cut + 1))`. Column `lag * n_columns + k` is the centred series
        of data column `k` at that lag, scaled to length 1. It is 0 if the series is (nearly)
        constant there.
    n_samples
        Number of rows that the factor stands for.
    n_columns
        Number of columns of the data.
    """

    columns: FloatArray
    n_samples: int
    n_columns: int


class _Part(NamedTuple):
    """The values `(T, n_columns)` of a data set, and the indices of the rows that are used."""

    values: NDArray[Any]
    rows: NDArray[np.int64]


class _FromFactor:
    """Mixin that answers `run_test` from the factor, where the library's result is the same."""

    dataframe: Any
    significance: str
    mask_type: str | None
    verbosity: int
    ci_results: dict[Any, Any]
    _points: Any = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._forget()

    def set_dataframe(self, dataframe: Any) -> None:
        """Take a data frame, as every search does when it is built, and drop the last factor."""
        super().set_dataframe(dataframe)  # type: ignore[misc]
        self._forget()

    def run_test(
        self,
        X: list[Node],
        Y: list[Node],
        Z: list[Node] | None = None,
        tau_max: int = 0,
        cut_off: str = "2xtau_max",
        alpha_or_thres: float | None = None,
    ) -> tuple[Any, ...]:
        """Return statistic, p-value and, given a level, the decision, as the library does."""
        found = None
        if cut_off == "2xtau_max" and self._applies():
            found = self._test(X, Y, Z or [], tau_max)
        if found is None:
            rest = (X, Y, Z, tau_max, cut_off, alpha_or_thres)
            return super().run_test(*rest)  # type: ignore[misc, no-any-return]
        dependent = None if alpha_or_thres is None else found[1] <= alpha_or_thres
        self.ci_results[tuple(X), tuple(Y), tuple(Z or [])] = (*found, dependent)
        return found if alpha_or_thres is None else (*found, dependent)

    def _forget(self) -> None:
        self._factors: dict[int, _Factor | None] = {}
        self._known: dict[Any, tuple[float, float] | None] = {}

    def _applies(self) -> bool:
        """Whether every test uses the same rows and needs only the factor."""
        frame = self.dataframe
        return (
            frame is not None
            and self.significance == "analytic"
            and self.mask_type is None
            and self.verbosity < 2  # from 2 on, the library prints each test
            and getattr(self, "correlation_type", "max_corr") == "max_corr"
            and frame.missing_flag is None
            and frame.bootstrap is None
        )

    def _test(
        self, X: list[Node], Y: list[Node], Z: list[Node], tau_max: int
    ) -> tuple[float, float] | None:
        """Return statistic and p-value, or None if the library has to answer."""
        if self.dataframe.reference_points is not self._points:  # a sliding window replaces them
            self._forget()
            self._points = self.dataframe.reference_points
        if tau_max not in self._factors:
            self._factors[tau_max] = _factor(_parts(self.dataframe, 2 * tau_max), 2 * tau_max)
        factor = self._factors[tau_max]
        if factor is None:
            return None
        sides = [self._places(nodes, factor.n_columns, 2 * tau_max) for nodes in (X, Y, Z)]
        x, y, z = sides
        z = [place for place in z if place not in x and place not in y]
        if None in (*x, *y, *z) or not self._takes(x, y):
            return None
        # As in the library's own cache, both orders of X and Y have one result.
        key = (tau_max, frozenset([tuple(x), tuple(y)]), frozenset(z))
        if key not in self._known:
            self._known[key] = self._answer(factor, x, y, z)
        return self._known[key]

    def _places(self, nodes: list[Node], n_columns: int, cut: int) -> list[Any]:
        """Return the columns of some nodes, None for a node that the factor does not hold."""
        vectors = self.dataframe.vector_vars
        parts = [
            (k, lag + more) for node, lag in nodes for k, more in vectors.get(node, [(-1, 0)])
        ]
        return [
            k - lag * n_columns if 0 <= k < n_columns and -cut <= lag <= 0 else None
            for k, lag in dict.fromkeys(parts)
        ]

    def _takes(self, x: Sequence[int], y: Sequence[int]) -> bool:
        """Whether the test is defined for these numbers of columns of X and Y."""
        raise NotImplementedError

    def _answer(
        self, factor: _Factor, x: list[int], y: list[int], z: list[int]
    ) -> tuple[float, float] | None:
        columns = factor.columns[:, z + x + y]
        if not columns.any(axis=0).all():
            return None
        rest = _residuals(columns, len(z), factor.n_samples)
        length = np.sqrt(np.einsum("ij,ij->j", rest, rest))
        if (length < _TINY).any():
            return None
        rest /= length
        r = (rest[:, : len(x)].T @ rest[:, len(x) :]).ravel()
        value = float(np.clip(r[np.argmax(np.abs(r))], -1.0, 1.0))
        return value, len(r) * _p_value(value, factor.n_samples - columns.shape[1])


class CovParCorr(_FromFactor, ParCorr):  # type: ignore[misc]
    """`ParCorr` of tigramite with the same results, computed without passes over the series.

    Takes the arguments of `ParCorr`. Every search of the library calls `set_dataframe`. The first
    test after that goes through the data in blocks. The other tests take microseconds each and no
    memory. The first pass adds up second moments and takes their Cholesky factor. If their
    condition number is above 1000, a second pass accumulates the same factor by QR, which loses
    nothing to nearly collinear columns.

    The library answers, as if the object were a `ParCorr`, where the factor does not hold enough:

    - for another `cut_off` or `significance`;
    - with a `mask_type`, missing values or bootstrap;
    - at `verbosity` 2 and above;
    - for variables of several columns;
    - where a variable is constant or, up to rounding, a linear function of the conditions;
    - in `get_measure`, `get_confidence` and `get_model_selection_criterion`.

    Values are taken as float64. Values that are changed in place are not noticed; build a new data
    frame instead.

    Examples
    --------
    >>> import numpy as np
    >>> from tigramite.data_processing import DataFrame
    >>> from tigramite.pcmci import PCMCI
    >>> from methods.pcmci.library.parcorr import CovParCorr
    >>> frame = DataFrame(np.random.default_rng(0).normal(size=(500, 3)))
    >>> found = PCMCI(frame, CovParCorr()).run_pcmci(tau_max=2)
    """

    def _takes(self, x: Sequence[int], y: Sequence[int]) -> bool:
        return len(x) == len(y) == 1


class CovParCorrMult(_FromFactor, ParCorrMult):  # type: ignore[misc]
    """`ParCorrMult` of tigramite: X and Y may have several columns; see `CovParCorr`.

    The library answers with a `correlation_type` other than `max_corr`.
    """

    def _takes(self, x: Sequence[int], y: Sequence[int]) -> bool:
        return len(x) > 0 and len(y) > 0


def _residuals(columns: FloatArray, n_conditions: int, n_samples: int) -> FloatArray:
    """Return the residuals of the other columns regressed on the first `n_conditions`."""
    k = n_conditions
    upper = _triangle(columns)
    pivots = np.abs(np.diagonal(upper)[:k])
    if len(pivots) == k and (pivots > _TINY).all():
        return upper[k:, k:]
    # With dependent conditions, drop the directions that the library drops at its N rows.
    rcond = np.finfo(float).eps * max(n_samples, k)
    weights = np.linalg.lstsq(columns[:, :k], columns[:, k:], rcond=rcond)[0]
    return np.asarray(columns[:, k:] - columns[:, :k] @ weights)


def _p_value(value: float, freedom: int) -> float:
    """Return the two-sided p-value of a correlation by Student's t, NaN if `freedom < 1`."""
    if freedom < 1:
        return np.nan
    if abs(value) == 1.0:
        return 0.0
    return float(2 * stdtr(freedom, -abs(value) * np.sqrt(freedom / (1.0 - value * value))))


def _parts(frame: Any, cut: int) -> list[_Part]:
    """Return every data set with the rows that the library uses: its points after the cut."""
    parts = []
    for key, values in frame.values.items():
        points = frame.reference_points - frame.time_offsets[key]
        parts.append(_Part(values, points[(points >= cut) & (points < len(values))]))
    return parts


def _factor(parts: list[_Part], cut: int) -> _Factor | None:
    """Return the factor of all rows, None if there are no rows or infinite values."""
    rows = sum(len(part.rows) for part in parts)
    if rows == 0 or not all(np.isfinite(part.values).all() for part in parts):
        return None
    moments = np.asarray(sum(block.T @ block for block in _blocks(parts, cut)))
    root = _cholesky(moments)
    if root is None:
        root = np.empty((0, len(moments)))
        for block in _blocks(parts, cut):
            root = _triangle(np.vstack([root, block]))
    columns = root[1:, 1:]
    length = np.sqrt(np.einsum("ij,ij->j", columns, columns))
    # Variables have variance 1 over all rows, so a whole column has about this length.
    varies = length > _TINY * np.sqrt(rows)
    columns = np.where(varies, columns / np.where(varies, length, 1.0), 0.0)
    return _Factor(columns, rows, parts[0].values.shape[1])


def _cholesky(moments: FloatArray) -> FloatArray | None:
    """Return the upper factor of the moments, None if it would lose digits."""
    size = np.sqrt(np.diag(moments))
    if not size.all():
        return None
    scaled = moments / np.outer(size, size)
    values = np.linalg.eigvalsh(scaled)
    if values[0] * _CONDITION < values[-1]:
        return None
    return np.asarray(np.linalg.cholesky(scaled).T * size)


def _triangle(rows: FloatArray) -> FloatArray:
    """Return the upper factor of QR, of at most as many rows as columns."""
    packed, *_ = dgeqrf(rows)
    return np.triu(packed[: min(rows.shape)])


def _blocks(parts: list[_Part], cut: int) -> Iterator[FloatArray]:
    """Iterate over rows `[1, values at lag 0, at lag 1, ..., at lag cut]`, standardised."""
    every = [part.values for part in parts]
    n_samples = sum(len(values) for values in every)
    mean = sum(values.sum(axis=0, dtype=float) for values in every) / n_samples
    spread = np.sqrt(sum(((values - mean) ** 2).sum(axis=0) for values in every) / n_samples)
    spread[spread == 0] = 1.0
    lags = np.arange(cut + 1)
    for values, rows in parts:
        scaled = (values - mean) / spread
        for start in range(0, len(rows), _ROWS):
            steps = rows[start : start + _ROWS, None] - lags
            lagged = scaled[steps].reshape(len(steps), -1)
            yield np.hstack([np.ones((len(steps), 1)), lagged])
