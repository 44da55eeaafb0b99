"""Tigramite's tests of conditional independence by name, and what they share as parameters."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

import numpy as np

from methods.types.errors import InputError
from methods.types.method import Exact, UnavailableError

Test = Literal["parcorr", "robust_parcorr", "gpdc", "cmiknn"]

NONLINEAR = ("gpdc", "cmiknn")
"""Tests that see an effect without a linear trace."""


def independence_test(name: Test, exact: Exact, rng: np.random.Generator) -> Any:
    """Return a test with the library's defaults, seeded from `rng`.

    Parameters
    ----------
    name
        `parcorr`: partial correlation, by Student's t. `robust_parcorr`: the same after a
        rank transform of every column to a normal distribution. `gpdc`: distance correlation of
        the residuals of Gaussian processes; every test takes time of order `T ** 3`. `cmiknn`:
        conditional mutual information by nearest neighbours, its p-value from 500 permutations.
    exact
        `fast`: partial correlations from one factor of the lagged series, see `parcorr` beside,
        equal to the library's to about 1e-12. `library`: the library as shipped. Other tests
        than `parcorr` have no faster route and are the library's either way.

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
    """Silence `gpdc` where the length scale of a process, as of plain noise, has no upper end."""
    with warnings.catch_warnings():
        if name == "gpdc":
            from sklearn.exceptions import ConvergenceWarning

            warnings.simplefilter("ignore", ConvergenceWarning)
        yield
