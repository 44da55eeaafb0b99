"""A linear vector autoregression given by its coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt
from scipy.linalg import solve_discrete_lyapunov

from methods.types.arrays import FloatArray
from methods.types.errors import InputError
from simulators.base import Simulator
from simulators.components.graphs import Edge
from simulators.components.regimes import Regimes
from simulators.engine.compiled import CompiledSystem
from simulators.engine.effects import truth
from simulators.engine.pilot import burn_in
from simulators.engine.units import IDENTITY, Equation, Input, Unit, compile_program


@dataclass(frozen=True, kw_only=True)
class LinearVAR(Simulator):
    """A stationary linear VAR, `x_j(t) = sum_il a_ijl x_i(t - l) + noise_sd eps_j(t)`.

    Parameters
    ----------
    coefficients
        `coefficients[cause][effect][lag - 1]`, dimensionless, shape `(n, n, max_lag)`; the edges
        are the coefficients other than 0.
    noise_sd
        Standard deviation of the gaussian noise of every variable.

    Raises
    ------
    ValueError
        If the coefficients have another shape, or the spectral radius of the companion matrix is
        1 or more, so that no stationary series exists.

    Notes
    -----
    Luetkepohl 2005, New Introduction to Multiple Time Series Analysis, section 2.1, for the
    companion form and the stationary covariance, from which the effects `|a| sd_i / sd_j` follow
    without a pilot run. Only the noise depends on the seed.
    """

    coefficients: tuple[tuple[tuple[float, ...], ...], ...]
    noise_sd: Annotated[float, Gt(0)] = 1.0

    def __post_init__(self) -> None:
        radius = _radius(self._array())
        if radius >= 1:
            raise InputError(
                "coefficients: expected a companion matrix of spectral radius below 1, found "
                f"{radius:.4g}; make the coefficients smaller"
            )

    def draw(self, seed: int) -> CompiledSystem:
        """Return the system; see `simulators.base.Simulator`."""
        a = self._array()
        n, _, max_lag = a.shape
        sds = np.sqrt(np.diag(_covariance(a, self.noise_sd)))
        edges = [Edge(i, j, k + 1) for i, j, k in np.argwhere(a).tolist()]
        effects = {
            e: float(abs(a[e.cause, e.effect, e.lag - 1]) * sds[e.cause] / sds[e.effect])
            for e in edges
        }
        names = tuple(f"X{i}" for i in range(n))
        return CompiledSystem(
            names=names,
            max_lag=max_lag,
            truth=truth([effects], names, max_lag, instantaneous=False),
            program=compile_program([[_equation(a, j, self.noise_sd) for j in range(n)]]),
            distributions=("gaussian",) * n,
            regimes=Regimes(),
            seed=seed,
            burn_in=burn_in(max_lag, _radius(a) ** max_lag),
        )

    def _array(self) -> FloatArray:
        try:
            a = np.asarray(self.coefficients, dtype=np.float64)
        except ValueError as error:
            raise InputError(f"coefficients: expected [cause][effect][lag], {error}") from error
        if a.ndim != 3 or a.shape[0] != a.shape[1] or 0 in a.shape or not np.isfinite(a).all():
            raise InputError(
                "coefficients: expected finite numbers of shape (n, n, max_lag) as "
                f"[cause][effect][lag - 1], found shape {a.shape}"
            )
        return a


def _companion(a: FloatArray) -> FloatArray:
    """Return the matrix that takes `(x(t - 1), .., x(t - L))` to `(x(t), .., x(t - L + 1))`."""
    n, _, max_lag = a.shape
    companion = np.eye(n * max_lag, k=-n)
    companion[:n] = a.transpose(1, 2, 0).reshape(n, max_lag * n)
    return companion


def _radius(a: FloatArray) -> float:
    return float(np.abs(np.linalg.eigvals(_companion(a))).max())


def _covariance(a: FloatArray, noise_sd: float) -> FloatArray:
    companion, n = _companion(a), len(a)
    noise = np.zeros_like(companion)
    noise[:n, :n] = noise_sd**2 * np.eye(n)
    return np.asarray(solve_discrete_lyapunov(companion, noise))[:n, :n]


def _equation(a: FloatArray, effect: int, noise_sd: float) -> Equation:
    inputs = (
        Input(i, k + 1, float(a[i, effect, k])) for i, k in np.argwhere(a[:, effect]).tolist()
    )
    return Equation((Unit(IDENTITY, 1.0, tuple(inputs)),), (), noise_sd)
