"""Values far out, and a variance that comes in bursts: where decisions about links fail."""

from __future__ import annotations

import numpy as np

from methods.inspection.columns import outliers
from methods.types.arrays import FloatArray

_HEAVY = 0.005  # share of values far out; 0.002 in a Laplace distribution, 0.018 in t with 2
_ORDER = 10  # lags of the autoregression whose residual is looked at
_LAGS = 5
_CLUSTERED = 0.1  # mean autocorrelation of the residual's size at these lags


def heavy(values: FloatArray) -> bool:
    """Return whether more than 1 in 200 values lie far out; see `outliers`."""
    return outliers(values) > _HEAVY * len(values)


def bursts(values: FloatArray) -> bool:
    """Return whether large changes follow on large changes.

    The sizes of the residuals of an autoregression are correlated with those of the steps before:
    by the test of Ljung and Box (1978, doi 10.1093/biomet/65.2.297) at the level 0.0001, and by
    more than 0.1 on average over 5 lags. Sizes above the 95 % quantile count as that, so that
    single values do not decide.
    """
    from statsmodels.stats.diagnostic import acorr_ljungbox
    from statsmodels.tsa.stattools import acf

    if len(values) < 10 * _ORDER:
        return False
    centred = values - values.mean()
    windows = np.lib.stride_tricks.sliding_window_view(centred, _ORDER + 1)
    past, present = windows[:, :-1], windows[:, -1]
    rest = present - past @ np.linalg.lstsq(past, present, rcond=None)[0]
    size = np.minimum(np.abs(rest), np.quantile(np.abs(rest), 0.95))
    if np.ptp(size) == 0:
        return False
    p = float(acorr_ljungbox(size, lags=[_LAGS])["lb_pvalue"].iloc[0])
    return p < 1e-4 and float(np.mean(acf(size, nlags=_LAGS, fft=False)[1:])) > _CLUSTERED
