"""Structural models of 5 to 12 variables, linear to nonlinear, with their window graphs.

Source: folder `data/cdml` of https://github.com/kougioulis/LCM-paper (Apache-2.0), generated
with https://github.com/causalens/cdml-neurips2020 (BSD-3-Clause; Lawrence, Kaiser, Sampaio and
Sipos 2021, "Data generating process to evaluate causal discovery techniques for time series
data", arXiv 2104.08043). A set is a pair of files `NAME_data.csv` and `NAME_target.csv`, with
500 or 1,000 rows; `cplx` in the name is the share of nonlinear functions in per cent.

Traps: the target is a 0/1 table over `VARIABLE_t`, `VARIABLE_t-1`, ... in which the row is the
cause and the column the effect; it has its variables in another order than the series, so they
are matched by name. Columns of earlier steps repeat the edges within the past and are left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from methods import LaggedGraph, TimeSeries
from simulators.recorded.truths import window_graph

_SERIES, _GRAPH = "_data.csv", "_target.csv"


def names(folder: Path) -> list[str]:
    """Return the name of every pair of files, relative to `folder`."""
    found = folder.rglob(f"*{_SERIES}")
    return [path.relative_to(folder).as_posix().removesuffix(_SERIES) for path in found]


def read(folder: Path, name: str) -> tuple[TimeSeries, LaggedGraph]:
    """Return the series and the window graph of one set."""
    import pandas as pd

    series = TimeSeries.from_file(folder / f"{name}{_SERIES}")
    target = pd.read_csv(folder / f"{name}{_GRAPH}", index_col=0)
    max_lag = max(int(row.partition("_t-")[2] or 0) for row in target.index)
    effects = [f"{name}_t" for name in series.names]
    sizes = np.zeros((series.n_vars, series.n_vars, max_lag + 1))
    for lag in range(max_lag + 1):
        causes = [f"{name}_t-{lag}" if lag else f"{name}_t" for name in series.names]
        sizes[:, :, lag] = target.loc[causes, effects]
    return series, window_graph(sizes, series.names, self_loops=True)
