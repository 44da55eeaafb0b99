"""PCMCI with partial correlation, from tigramite."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from methods.base import DeclinedError, Handles, Method
from methods.graph import LaggedGraph
from methods.series import FloatArray, TimeSeries
from methods.unrolled import n_windows, require_independent


@dataclass(frozen=True, kw_only=True)
class PCMCI(Method):
    """Condition selection (PC1), then momentary conditional independence (MCI) at every lag.

    The score of an edge is the absolute partial correlation of its MCI test; p-values underflow
    and would tie. An edge is selected where the p-value is at most `alpha`. Lag 0 is not tested
    (`tau_min=1`). The library drops the first `2 * max_lag` rows of every segment, so that all
    tests use the same rows; segments that short are left out.

    Parameters
    ----------
    alpha
        Level of each MCI test (0 to 1), `alpha_level` of `run_pcmci`, whose default this is. No
        correction for the number of tests: expect `alpha` times the number of absent edges as
        false ones.
    pc_alpha
        Level of the condition selection (0 to 1), the default of `run_pcmci`; larger keeps more
        conditions.

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman and Sejdinovic, Science Advances 5, 2019,
    DOI 10.1126/sciadv.aau4996.
    """

    handles = Handles()
    libraries = (
        "tigramite.data_processing",
        "tigramite.independence_tests.parcorr",
        "tigramite.pcmci",
    )

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05
    pc_alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.2

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Return absolute MCI partial correlations, their p-values and the selected edges."""
        from tigramite.data_processing import DataFrame
        from tigramite.independence_tests.parcorr import ParCorr
        from tigramite.pcmci import PCMCI as Tigramite

        segments = _usable(series, max_lag)
        names = list(series.names)
        if len(segments) == 1:
            frame = DataFrame(segments[0], var_names=names)
        else:
            datasets = dict(enumerate(segments))
            frame = DataFrame(datasets, analysis_mode="multiple", var_names=names)
        with _no_spread_declines():
            found = Tigramite(frame, ParCorr()).run_pcmci(
                tau_min=1, tau_max=max_lag, pc_alpha=self.pc_alpha, alpha_level=self.alpha
            )
        return LaggedGraph.from_lags(
            np.abs(found["val_matrix"][:, :, 1:]),
            names,
            adjacency=found["graph"][:, :, 1:] == "-->",
            p_values=found["p_matrix"][:, :, 1:],
        )


def _usable(series: TimeSeries, max_lag: int) -> list[FloatArray]:
    """Return the segments the library can use, or decline with the reason."""
    segments = [segment for segment in series.segments if len(segment) > 2 * max_lag]
    rows = sum(len(segment) - 2 * max_lag for segment in segments)
    if rows < series.n_vars + 3:
        raise DeclinedError(
            f"PCMCI needs at least {series.n_vars + 3} rows after the first 2 * max_lag = "
            f"{2 * max_lag} of each segment, found {rows}; lower max_lag or give a longer series"
        )
    # With fewer windows than columns some relation is always exact, and says nothing.
    if n_windows(series, max_lag) > series.n_vars * (max_lag + 1) + 1:
        require_independent(series, max_lag, "PCMCI")
    return segments


@contextmanager
def _no_spread_declines() -> Iterator[None]:
    """Decline where the library would go on with the correlation of a constant, a NaN."""
    from scipy.stats import DegenerateDataWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", DegenerateDataWarning)
        try:
            yield
        except DegenerateDataWarning:
            raise DeclinedError(
                "PCMCI needs variables that still vary once the first 2 * max_lag rows are "
                "dropped and the conditions are regressed out; lower max_lag or give more rows"
            ) from None
