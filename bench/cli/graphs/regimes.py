"""The regimes that a method found: which stays each has, as text and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from methods import LaggedGraph, TimeSeries
from methods.types.arrays import IntArray

_SHOWN = 4  # stays of a regime


def stays(graph: LaggedGraph, series: TimeSeries) -> list[str]:
    """Return a line per regime with its first stays, from which step to which.

    Nothing is returned where the method looked for none. Steps are counted from 0 in their
    segment; where the file had times, those of the ends of a stay stand beside them.
    """
    if graph.regimes is None:
        return []
    found: dict[int, list[str]] = {}
    for segment, labels in enumerate(graph.regimes):
        for start, stop in _runs(labels):
            where = f"segment {segment} " if len(graph.regimes) > 1 else ""
            when = ""
            if series.times is not None:
                first, last = (str(series.times[segment][k]) for k in (start, stop))
                when = f" ({first} to {last})"
            found.setdefault(int(labels[start]), []).append(f"{where}{start}-{stop}{when}")
    counts = {k: sum(int((part == k).sum()) for part in graph.regimes) for k in found}
    lines = [f"regimes found: {len(found)}, in steps"]
    for label, places in sorted(found.items()):
        more = f", and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        lines.append(f"  {label}: {counts[label]} steps: {', '.join(places[:_SHOWN])}{more}")
    return lines


def _runs(labels: IntArray) -> Iterator[tuple[int, int]]:
    """Yield the first and the last step of every stay."""
    borders = np.flatnonzero(np.diff(labels)) + 1
    for stay in np.split(np.arange(len(labels)), borders):
        if len(stay):
            yield int(stay[0]), int(stay[-1])


def write_regimes(graph: LaggedGraph, series: TimeSeries, path: Path) -> None:
    """Write the regime of each row of each segment, with its time where the file had times."""
    import pandas as pd

    assert graph.regimes is not None
    lengths = [len(labels) for labels in graph.regimes]
    columns = {
        "segment": np.repeat(np.arange(len(lengths)), lengths),
        "step": np.concatenate([np.arange(length) for length in lengths]),
        "regime": np.concatenate(graph.regimes),
    }
    if series.times is not None:
        columns["time"] = np.concatenate(series.times)
    pd.DataFrame(columns).to_csv(path, index=False)
