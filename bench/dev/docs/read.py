"""Reading the committed tables of `results/`: scores of runs, one row each."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bench.store.long_table import as_frame

if TYPE_CHECKING:
    import pandas as pd

RESULTS = Path(__file__).parents[3] / "results"
"""The committed results."""

RUN = ["key", "simulator", "axes", "n_samples", "seed", "regimes", "finder", "method"]


@functools.cache
def long(name: str) -> pd.DataFrame:
    """Return a long table of `results/` by its path without `.parquet`."""
    return as_frame(RESULTS / f"{name}.parquet")


@functools.cache
def runs(name: str) -> pd.DataFrame:
    """Return one row per scored run of a long table.

    Returns
    -------
    pandas.DataFrame
        The columns of `RUN`, with the name alone as `finder`; `cpu_seconds`; the metrics of the
        window graph, as `auprc`, and of `regimes`, as `ari`; `floor`, the chance level of
        `auprc`; and the axes of the grid. Where a system has regimes, scores are the means over
        the graphs of the regimes.
    """
    import pandas as pd

    table = long(name)
    table = table[(table["status"] == "ok") & table["level"].isin(["window", "regimes"])]
    # `per_regime` comes before `union`.
    table = table.sort_values("scope", kind="stable").drop_duplicates(["key", "metric"])
    values = table.pivot_table("value", "key", "metric")
    floors = table[table["metric"] == "auprc"].set_index("key")["floor"]
    first = table.drop_duplicates("key").set_index("key", drop=False)
    axes = pd.DataFrame([json.loads(text) for text in first["axes"]], index=first.index)
    finder = [json.loads(text).get("name", "") for text in first["finder"]]
    wide = first[[*RUN, "cpu_seconds"]].assign(finder=finder)
    return wide.join(values).join(floors).join(axes).reset_index(drop=True)
