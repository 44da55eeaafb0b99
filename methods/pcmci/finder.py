"""The regimes of RPCMCI without its graphs, as a finder for any method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from methods.pcmci.rpcmci import RPCMCI
from methods.regimes.finder import Finder
from methods.types.arrays import IntArray
from methods.types.series import TimeSeries


@dataclass(frozen=True, kw_only=True)
class RPCMCIRegimes(Finder):
    """The regimes that `methods.pcmci.RPCMCI` finds, which is told their number.

    Parameters
    ----------
    n_regimes, max_transitions, runs, iterations
        As of `methods.pcmci.RPCMCI`, whose other parameters are at their defaults.
    """

    libraries = RPCMCI.libraries

    n_regimes: Annotated[int, Ge(1)] = 2
    max_transitions: Annotated[int, Ge(1)] = 4
    runs: Annotated[int, Ge(1)] = 10
    iterations: Annotated[int, Ge(1)] = 20

    def find(
        self, series: TimeSeries, max_lag: int, rng: np.random.Generator
    ) -> tuple[IntArray, ...]:
        """Label every step of the one segment; see `Finder.find` and `RPCMCI.discover`."""
        graph = RPCMCI(
            n_regimes=self.n_regimes,
            max_transitions=self.max_transitions,
            runs=self.runs,
            iterations=self.iterations,
        ).discover(series, max_lag=max_lag, rng=rng)
        assert graph.regimes is not None
        return graph.regimes
