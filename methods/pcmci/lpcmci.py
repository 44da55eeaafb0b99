"""LPCMCI from tigramite: edges despite hidden common causes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from annotated_types import Ge, Interval

from methods.pcmci.library.assumptions import Assumptions
from methods.pcmci.search import LIBRARIES, TigramiteSearch
from methods.types.graph import LaggedGraph
from methods.types.method import Handles

if TYPE_CHECKING:
    from tigramite.data_processing import DataFrame


@dataclass(frozen=True, kw_only=True)
class LPCMCI(TigramiteSearch):
    """Latent PCMCI: a partial ancestral graph, lag 0 included, that allows for hidden causes.

    An edge is selected if its mark is `-->`: the cause is an ancestor of the effect. A link `<->`
    is a hidden common cause and no edge. The statistic `confounded` of an edge is 1 there and 0
    elsewhere. A link `o->` may be either and is not selected. Few selected edges are therefore
    false, and many true ones are left out. A lagged link keeps its score whatever its mark,
    because the link is more certain than the mark. At lag 0 the direction that a mark excludes
    scores 0, and a `<->` scores 0 in both. See `TigramiteSearch`.

    A forbidden link is absent, also as that of a hidden cause. Where only one direction at lag 0
    is forbidden, the cause is no ancestor of the effect.

    The number of conditions per test is not bounded. On long series with many links the last phase
    can therefore take very long.

    Parameters
    ----------
    alpha
        Level of each test (0 to 1): `pc_alpha` of `run_lpcmci`, with its default.
    preliminary
        Number of preliminary phases (at least 0): `n_preliminary_iterations` of `run_lpcmci`, with
        its default. Their ancestors are kept as conditions. The authors' experiments also use 4.
    cond_ind_test
        The test; see `methods.pcmci.library.ci_tests`.
    exact
        `fast` or `library`, with equal results; see `methods.pcmci.library.ci_tests`.

    References
    ----------
    Gerhardus and Runge, NeurIPS 2020, arXiv 2007.01884.
    """

    libraries = (*LIBRARIES, "tigramite.lpcmci")

    alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05
    preliminary: Annotated[int, Ge(0)] = 1

    @property
    def handles(self) -> Handles:
        """Those of `TigramiteSearch`, and hidden causes."""
        return replace(super().handles, latent=True)

    def _search(
        self, frame: DataFrame, test: Any, max_lag: int, assumed: Assumptions | None
    ) -> dict[str, Any]:
        from tigramite.lpcmci import LPCMCI as Tigramite

        found: dict[str, Any] = Tigramite(frame, test).run_lpcmci(
            link_assumptions=assumed,
            tau_max=max_lag,
            pc_alpha=self.alpha,
            n_preliminary_iterations=self.preliminary,
        )
        return found

    def _graph(self, found: dict[str, Any], names: tuple[str, ...]) -> LaggedGraph:
        graph = super()._graph(found, names)
        confounded = np.where(np.isnan(graph.scores), np.nan, found["graph"] == "<->")
        return replace(graph, edge_statistics={"confounded": confounded})
