"""Lorenz-96 rings of 10 variables with noise, with their summary graphs.

Source: folder `data/lorenz96` of https://github.com/sakhanna/SRU_for_GCI (MIT; Khanna and Tan
2020, "Economy statistical recurrent units for inferring nonlinear Granger causality", arXiv
1911.09879). A set is one npz file: force 10 or 40, 250, 500 or 1,000 steps of 0.05.

Traps: `X_np` is `[variable, time]`; in `Gref` the row is the effect and the column the cause.
Every variable is a cause of itself there, which is claimed here too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from methods import LaggedGraph, TimeSeries
from simulators.recorded.truths import summary_graph


def names(folder: Path) -> list[str]:
    """Return the name of every npz file, relative to `folder`."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*.npz")]


def read(folder: Path, name: str) -> tuple[TimeSeries, LaggedGraph]:
    """Return the series and the summary graph of one set."""
    with np.load(folder / name) as stored:
        values, graph = stored["X_np"], stored["Gref"]
    series = TimeSeries.from_array(values.T)
    return series, summary_graph(graph.T != 0, series.names, self_loops=True)
