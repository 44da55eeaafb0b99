"""PCMCI from tigramite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Interval

from methods.pcmci.library.assumptions import Assumptions
from methods.pcmci.library.marks import lagged_graph_of
from methods.pcmci.search import FDR, LIBRARIES, TigramiteSearch, check_fdr
from methods.types.graph import LaggedGraph
from methods.types.method import Handles

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame


@dataclass(frozen=True, kw_only=True)
class PCMCI(TigramiteSearch):
    """Condition selection (PC1), then momentary conditional independence (MCI) at every lag.

    The score of an edge is the absolute statistic of its MCI test. An edge is selected if its
    p-value, corrected by `fdr`, is at most `alpha`. Lag 0 is not tested (`tau_min=1`). See
    `TigramiteSearch` for rows and segments.

    Parameters
    ----------
    alpha
        Level of each MCI test (0 to 1): `alpha_level` of `run_pcmci`, with its default. Without a
        correction expect `alpha` times the number of absent edges as false ones.
    pc_alpha
        Level of the condition selection (0 to 1), by default that of `run_pcmci`. A larger level
        keeps more conditions.
    fdr
        `none`, or `fdr_bh`: p-values of all lags together are corrected by Benjamini-Hochberg.
        Then `alpha` is the share of false edges among the selected ones.
    cond_ind_test
        The test; see `methods.pcmci.library.ci_tests`.
    exact
        `fast` or `library`, with equal results; see `methods.pcmci.library.ci_tests`.

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman and Sejdinovic, Science Advances 5, 2019,
    DOI 10.1126/sciadv.aau4996. Benjamini and Hochberg, JRSS B 57, 1995,
    DOI 10.1111/j.2517-6161.1995.tb02031.x.
    """

    libraries = (*LIBRARIES, "tigramite.pcmci")

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05
    pc_alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.2
    fdr: FDR = "none"

    @property
    def handles(self) -> Handles:
        """Those of `TigramiteSearch`, without lag 0."""
        return replace(super().handles, instantaneous=False)

    def _search(
        self, frame: DataFrame, test: Any, max_lag: int, assumed: Assumptions | None
    ) -> dict[str, Any]:
        from tigramite.pcmci import PCMCI as Tigramite

        check_fdr(self.fdr)
        found: dict[str, Any] = Tigramite(frame, test).run_pcmci(
            link_assumptions=assumed,
            tau_min=1,
            tau_max=max_lag,
            pc_alpha=self.pc_alpha,
            alpha_level=self.alpha,
            fdr_method=self.fdr,
        )
        return found

    def _graph(self, found: dict[str, Any], names: tuple[str, ...]) -> LaggedGraph:
        return lagged_graph_of(found, names)
