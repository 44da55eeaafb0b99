"""PCMCI with partial correlation, from tigramite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Interval

from methods.base import Handles, Method
from methods.graph import LaggedGraph
from methods.series import TimeSeries
from methods.tigramite_frame import frame_of, no_spread_declines


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
        from tigramite.independence_tests.parcorr import ParCorr
        from tigramite.pcmci import PCMCI as Tigramite

        frame = frame_of(series, max_lag, "PCMCI")
        with no_spread_declines("PCMCI"):
            found = Tigramite(frame, ParCorr()).run_pcmci(
                tau_min=1, tau_max=max_lag, pc_alpha=self.pc_alpha, alpha_level=self.alpha
            )
        return LaggedGraph.from_lags(
            np.abs(found["val_matrix"][:, :, 1:]),
            series.names,
            adjacency=found["graph"][:, :, 1:] == "-->",
            p_values=found["p_matrix"][:, :, 1:],
        )
