"""Tigramite's tests of conditional independence by name."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

import numpy as np

from methods.types.errors import InputError
from methods.types.method import Exact, UnavailableError

Test = Literal["parcorr", "robust_parcorr", "gpdc", "cmiknn"]

LINEAR = ("parcorr", "robust_parcorr")
"""Tests whose statistic is a partial correlation, with a sign."""

NONLINEAR = ("gpdc", "cmiknn")
"""Tests that detect an effect without a linear part."""


def independence_test(name: Test, exact: Exact, rng: np.random.Generator) -> Any:
    """Return a test with the library's defaults, seeded from `rng`.

    Parameters
    ----------
    name
        The test:

        - `parcorr`: partial correlation, by Student's t.
        - `robust_parcorr`: the same after a rank transform of every column to a normal
          distribution.
        - `gpdc`: distance correlation of the residuals of Gaussian processes. Every test takes
          time of order `T ** 3`.
        - `cmiknn`: conditional mutual information by nearest neighbours, with a p-value from 500
          permutations.
    exact
        `fast` takes partial correlations from one factor of the lagged series, see
        `methods.pcmci.library.parcorr`. They equal the library's to about 1e-12. `library` runs
        the library as shipped. Tests other than `parcorr` have no faster route and always run the
        library's code.

    Raises
    ------
    UnavailableError
        If the package that `gpdc` needs is missing.
    ValueError
        If `name` or `exact` is none of these.
    """
    if exact not in get_args(Exact):
        raise InputError(f"exact: expected 'fast' or 'library', found {exact!r}")
    seed = int(rng.integers(2**31))
    if name == "parcorr":
        return _parcorr(exact)
    if name == "robust_parcorr":
        from tigramite.independence_tests.robust_parcorr import RobustParCorr

        return RobustParCorr(seed=seed)
    if name == "gpdc":
        return _gpdc(seed)
    if name == "cmiknn":
        from methods.pcmci.library.cmiknn import PermutedCMIknn

        return PermutedCMIknn(seed=seed, workers=1)  # one core, as every other method
    raise InputError(
        f"cond_ind_test: expected parcorr, robust_parcorr, gpdc or cmiknn, found {name!r}"
    )


def _parcorr(exact: Exact) -> Any:
    if exact == "fast":
        from methods.pcmci.library.parcorr import CovParCorr

        return CovParCorr()
    from tigramite.independence_tests.parcorr import ParCorr

    return ParCorr()


def _gpdc(seed: int) -> Any:
    try:
        from tigramite.independence_tests.gpdc import GPDC
    except ImportError as error:
        raise UnavailableError(
            f"a package that gpdc needs is missing ({error}); run pip install 'lagbench[gpdc]'"
        ) from error
    return GPDC(seed=seed)


@contextmanager
def bounds_allowed(name: str) -> Iterator[None]:
    """Ignore the warning of `gpdc` that a length scale has reached its upper bound.

    For a variable of plain noise the length scale has no upper limit.
    """
    with warnings.catch_warnings():
        if name == "gpdc":
            from sklearn.exceptions import ConvergenceWarning

            warnings.simplefilter("ignore", ConvergenceWarning)
        yield
