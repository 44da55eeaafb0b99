"""Sparse linear VAR processes of 10, 50 or 100 variables, with their window graphs.

Source: folder `data/var` of https://github.com/ElleZWQ/JRNGC (MIT; Zhou, Bai, Yu, Zhao and Chen
2024, "Jacobian regularizer-based neural Granger causality", arXiv 2405.08779). A set is a folder
with `_x.npy`, 600 steps as `[variable, time]`, and `_gc.npy`; the second series, `_x_eval.npy`,
is not read.

Traps: `_gc.npy` is `[effect, cause, lag]` with the largest lag first. No variable depends on its
own past, which is part of the claim. Of the sets of 10 variables, `seed_0` and `seed_1` are the
same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from methods import LaggedGraph, TimeSeries
from simulators.recorded.truths import window_graph


def names(folder: Path) -> list[str]:
    """Return every folder with a `_gc.npy`, relative to `folder`."""
    return [path.parent.relative_to(folder).as_posix() for path in folder.rglob("_gc.npy")]


def read(folder: Path, name: str) -> tuple[TimeSeries, LaggedGraph]:
    """Return the series and the window graph of one set."""
    values, graph = (np.load(folder / name / file) for file in ("_x.npy", "_gc.npy"))
    series = TimeSeries.from_array(values.T)
    lagged = graph.transpose(1, 0, 2)[:, :, ::-1] != 0
    sizes = np.concatenate([np.zeros_like(lagged[:, :, :1]), lagged], axis=2).astype(float)
    return series, window_graph(sizes, series.names, self_loops=True)
