"""Several methods on the same series: which links how many of them select."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from bench.cli.graphs.link_table import aligned
from methods import LaggedGraph

if TYPE_CHECKING:
    import pandas as pd


def agreement(graphs: Mapping[str, LaggedGraph]) -> LaggedGraph:
    """Return a graph whose score is the number of methods that select a link.

    Selected is what at least one does. A method without a decision has no vote, and a link on
    which every method is silent has no score.
    """
    every = list(graphs.values())
    votes = np.sum([np.asarray(g.adjacency) for g in every if g.adjacency is not None], axis=0)
    silent = np.all([np.isnan(g.scores) for g in every], axis=0)
    counts = np.where(silent, np.nan, votes)
    return LaggedGraph(counts, every[0].names, np.nan_to_num(counts) > 0)


def together(graphs: Mapping[str, LaggedGraph], count: int) -> str:
    """Return the links that most methods select, with the decision and the rank of each method.

    A method's column has `yes` or `no` and the place of the link in its own ranking, and a dash
    where it is silent. Links with as many votes come in the order of their mean rank.
    """
    import pandas as pd

    both = agreement(graphs)
    ranks = [_ranks(graph) for graph in graphs.values()]
    found = np.argwhere(np.nan_to_num(both.scores) > 0).tolist()
    order = sorted(
        found, key=lambda at: (-both.scores[tuple(at)], np.nanmean([r[tuple(at)] for r in ranks]))
    )
    rows = pd.DataFrame(
        {
            "cause": [both.names[i] for i, _, _ in order],
            "effect": [both.names[j] for _, j, _ in order],
            "lag": [lag for *_, lag in order],
            "selected_by": [int(both.scores[tuple(at)]) for at in order],
            **{
                name: [_said(graph, ranks[k], (i, j, lag)) for i, j, lag in order]
                for k, (name, graph) in enumerate(graphs.items())
            },
        }
    )
    left_out = f"; {len(rows) - count} more" if len(rows) > count else ""
    total = f"{len(rows)} links are selected by at least one of {len(graphs)} methods{left_out}"
    return "\n".join([*aligned(rows.head(count)), total])


def _ranks(graph: LaggedGraph) -> np.ndarray:
    """Return the place of every score from 1 on, NaN where there is none."""
    from scipy.stats import rankdata

    flat = rankdata(-graph.scores.ravel(), "min", nan_policy="omit")
    return np.asarray(flat.reshape(graph.scores.shape))


def _said(graph: LaggedGraph, ranks: np.ndarray, at: tuple[int, int, int]) -> str:
    if np.isnan(ranks[at]):
        return "-"
    if graph.adjacency is None:
        return f"{ranks[at]:.0f}"
    return f"{'yes' if graph.adjacency[at] else 'no'} {ranks[at]:.0f}"


def long_frame(graphs: Mapping[str, LaggedGraph]) -> pd.DataFrame:
    """Return the rows of all methods, with a first column `method`."""
    import pandas as pd

    frames = [graph.to_frame() for graph in graphs.values()]
    for name, frame in zip(graphs, frames, strict=True):
        frame.insert(0, "method", name)
    return pd.concat(frames, ignore_index=True)
