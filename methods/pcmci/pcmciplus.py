"""PCMCI+ from tigramite: lagged edges, and edges at lag 0 with their direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Interval

from methods.pcmci.library.assumptions import Assumptions
from methods.pcmci.library.marks import graph_of
from methods.pcmci.search import FDR, LIBRARIES, TigramiteSearch, check_fdr, kept
from methods.types.graph import LaggedGraph

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame


@dataclass(frozen=True, kw_only=True)
class PCMCIPlus(TigramiteSearch):
    """PC1 for lagged conditions, a PC search over lag 0 with MCI tests, then orientation rules.

    An edge is selected if its mark is `-->`. At lag 0 only those links have it whose direction
    follows from the others. Two kinds of links at lag 0 are not selected and score the same in
    both directions: a link that could point either way (`o-o`), and a link on which rules
    contradict each other (`x-x`). See `TigramiteSearch`.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1): `pc_alpha` of `run_pcmciplus`, with its default.
    fdr
        `none`, or `fdr_bh`: the p-values of lagged links are corrected by Benjamini-Hochberg after
        the search. The library leaves its graph as it is; here a link is kept only if its
        corrected p-value is at most `alpha` too. P-values at lag 0 stay as they are.
    cond_ind_test
        The test; see `methods.pcmci.library.ci_tests`.
    exact
        `fast` or `library`, with equal results; see `methods.pcmci.library.ci_tests`.

    References
    ----------
    Runge, UAI 2020, arXiv 2003.03685. Benjamini and Hochberg, JRSS B 57, 1995,
    DOI 10.1111/j.2517-6161.1995.tb02031.x.
    """

    libraries = (*LIBRARIES, "tigramite.pcmci")

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.01
    fdr: FDR = "none"

    def _search(
        self, frame: DataFrame, test: Any, max_lag: int, assumed: Assumptions | None
    ) -> dict[str, Any]:
        from tigramite.pcmci import PCMCI

        check_fdr(self.fdr)
        found: dict[str, Any] = PCMCI(frame, test).run_pcmciplus(
            link_assumptions=assumed,
            tau_max=max_lag,
            pc_alpha=self.alpha,
            fdr_method=self.fdr,
        )
        return found

    def _graph(self, found: dict[str, Any], names: tuple[str, ...]) -> LaggedGraph:
        return graph_of(found, names, kept(found, self.alpha))
