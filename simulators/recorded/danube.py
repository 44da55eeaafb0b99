"""Daily discharge at 31 gauges of the upper Danube, whose summary graph is the flow of the rivers.

Source: `data/danube.rda` of https://github.com/sebastian-engelke/graphicalExtremes (package
under GPL-3; discharge by the Bayerisches Landesamt fuer Umwelt, www.gkd.bayern.de; studied in
Asadi, Davison and Engelke 2015, "Extremes on river networks", doi:10.1214/15-AOAS863). The
folder holds

- `danube_daily_aligned_1959_2010.csv`: a first column of dates and a column of discharge per
  gauge `S01` to `S31`, one row a day;
- `flow_edges.csv`: `upstream,downstream`, the numbers of the gauges from 1.

Traps: in the source the columns of `danube$data_raw` all begin at the first row although the
records begin in different years; they have to be shifted by whole years until floods fall on
the same days, before this module can read them. Edges are from the upper gauge to the lower
one. Most of an effect arrives within the day, at lag 0, and rain is a common cause. Nothing is
said of a gauge's own past, so no claim is made of it.

The years are cut into five sets, each of a fifth of the days, so that there is an interval over
sets. What is returned is the logarithm of the discharge: it is above 0, spans a thousandfold
and adds up in proportions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from methods import LaggedGraph, TimeSeries
from simulators.recorded.truths import summary_graph

_SERIES, _GRAPH = "danube_daily_aligned_1959_2010.csv", "flow_edges.csv"
_PARTS = 5


def names(folder: Path) -> list[str]:
    """Return a name for each part of the days, if the file is there."""
    return [str(part) for part in range(_PARTS)] if (folder / _SERIES).is_file() else []


def read(folder: Path, name: str) -> tuple[TimeSeries, LaggedGraph]:
    """Return one part of the series, and the summary graph."""
    import pandas as pd

    days = pd.read_csv(folder / _SERIES, index_col=0)
    values = np.array_split(np.log(days.to_numpy()), _PARTS)[int(name)]
    flow = pd.read_csv(folder / _GRAPH)[["upstream", "downstream"]].to_numpy() - 1
    sizes = np.zeros((days.shape[1], days.shape[1]))
    sizes[flow[:, 0], flow[:, 1]] = 1.0
    return (
        TimeSeries.from_array(values, list(days.columns)),
        summary_graph(sizes, list(days.columns), self_loops=False),
    )
