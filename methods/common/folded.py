"""The lag-unrolled series, folded into a small triangular matrix with the same least-squares fits.

If `Z = QR` with orthonormal `Q`, then `|Z b| = |R b|` for every `b`. A regression of columns of
`Z` on other columns of `Z` therefore has the same coefficients and the same sum of squared
residuals on the columns of `R`. `R` has as many rows as columns, however long the series is. The
error is that of a QR decomposition of `Z` itself. Second moments `Z'Z` would square the condition
number.
"""

from __future__ import annotations

import numpy as np

from methods.common.lagged import blocks
from methods.types.arrays import FloatArray
from methods.types.series import TimeSeries


def triangle(series: TimeSeries, max_lag: int) -> FloatArray:
    """Return the factor `R` of `[1, past, present]`.

    The column of ones comes first; the other columns are in the order of `methods.common.lagged`.
    The first column is 0 below its first entry. The rows from the second on are therefore the
    triangle of the centred columns. Every window counts once, over all segments (Golub and Van
    Loan, Matrix Computations, 2013, section 5.2; block by block: Demmel et al., SIAM Journal on
    Scientific Computing 34, 2012, DOI 10.1137/080731992).
    """
    folded = np.empty((0, series.n_vars * (max_lag + 1) + 1))
    for rows in blocks(series, max_lag):
        augmented = np.hstack([np.ones((len(rows), 1)), rows])
        folded = np.asarray(np.linalg.qr(np.vstack([folded, augmented]), mode="r"))
    return folded
