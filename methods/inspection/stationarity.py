"""Trends and unit roots, by tests that allow for autocorrelation."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from methods.types.arrays import FloatArray

_LAST = 2000
"""Steps, the last ones, that the tests for a unit root look at; more would only take time."""


class Stationarity(NamedTuple):
    """p-values of the tests, and what they say together."""

    adf: float
    kpss: float
    trend_p: float
    trend: bool
    unit_root: bool


def stationarity(values: FloatArray) -> Stationarity:
    """Test one stretch of a variable, of shape `(T,)`.

    The series has a unit root if the augmented Dickey-Fuller test about a line does not reject
    one (p > 0.05), and either the test of Kwiatkowski, Phillips, Schmidt and Shin about a mean
    rejects that there is none (p < 0.05), or the autocorrelation at lag 1 is above 0.95. It has a
    trend if it has no unit root, the slope of a line with
    autoregressive errors of order 1 is not 0 (p < 0.001), and the line explains at least a tenth
    of the variance.

    References
    ----------
    Said and Dickey, Biometrika 71, 1984, DOI 10.1093/biomet/71.3.599. Kwiatkowski, Phillips,
    Schmidt and Shin, Journal of Econometrics 54, 1992, DOI 10.1016/0304-4076(92)90104-Y. Cochrane
    and Orcutt, JASA 44, 1949, DOI 10.1080/01621459.1949.10483290. All as in statsmodels.
    """
    from statsmodels.tsa.stattools import adfuller, kpss

    last = values[-_LAST:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # KPSS says where its table of p-values ends.
        lags = int(np.cbrt(len(last) - 1))
        adf = float(adfuller(last, maxlag=lags, regression="ct", autolag=None)[1])
        level = float(kpss(last, regression="c", nlags="auto")[1])
        slope_p, share = _slope(values)
    rest = values - values.mean()
    wanders = float(rest[1:] @ rest[:-1]) > 0.95 * float(rest @ rest)
    root = adf > 0.05 and (level < 0.05 or wanders)
    return Stationarity(adf, level, slope_p, not root and slope_p < 1e-3 and share > 0.1, root)


def _slope(values: FloatArray) -> tuple[float, float]:
    """Return the p-value of the slope, and the share of the variance that a line explains."""
    from statsmodels.regression.linear_model import GLSAR

    # Means of blocks show the same line, and take no time in a long series.
    blocks = np.array([block.mean() for block in np.array_split(values, min(_LAST, len(values)))])
    time = np.linspace(-1, 1, len(blocks))
    scaled = (blocks - blocks.mean()) / blocks.std()
    found = GLSAR(scaled, np.column_stack([np.ones_like(time), time]), rho=1).iterative_fit(5)
    slope = float(time @ scaled) / float(time @ time) * blocks.std()
    explained = slope**2 * float(time @ time) / len(time) / float(values.var())
    return float(found.pvalues[1]), explained
