"""The truth of a recorded series, as scoring takes it: sizes of effects, NaN without a claim.

Published graphs seldom say how strong an edge is; its size is then 1, so that `effect_r`
compares the scores with the bare edges.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from methods import LaggedGraph
from methods.types.arrays import FloatArray


def window_graph(sizes: FloatArray, names: Sequence[str], *, self_loops: bool) -> LaggedGraph:
    """Return the truth of a window graph.

    Parameters
    ----------
    sizes
        `[cause, effect, lag]`, shape `(n, n, max_lag + 1)`: above 0 for edges, else 0.
    names
        One name per variable.
    self_loops
        Whether the source speaks of a variable's own past; if not, no claim is made of it.

    Returns
    -------
    LaggedGraph
        Silent at lag 0, unless there is an edge: then only its diagonal is.
    """
    claimed = np.array(sizes, dtype=np.float64)
    own = np.arange(len(names))
    claimed[own, own, 0] = np.nan
    if not np.nansum(claimed[:, :, 0]):
        claimed[:, :, 0] = np.nan
    if not self_loops:
        claimed[own, own] = np.nan
    return LaggedGraph(claimed, tuple(names), np.nan_to_num(claimed) > 0)


def summary_graph(sizes: FloatArray, names: Sequence[str], *, self_loops: bool) -> LaggedGraph:
    """Return the truth of a summary graph, from sizes `[cause, effect]` as above.

    It is a graph of one lag, shape `(n, n, 1)`, which `bench.scoring` compares with the summary
    of an estimate alone.
    """
    claimed = np.array(sizes, dtype=np.float64)
    if not self_loops:
        np.fill_diagonal(claimed, np.nan)
    return LaggedGraph(claimed[:, :, None], tuple(names), np.nan_to_num(claimed)[:, :, None] > 0)
