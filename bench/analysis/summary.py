"""The results of a run, summed up: one row per condition, method and metric."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from bench.analysis.intervals import SYSTEM, estimate
from bench.analysis.rows import CONDITION, one_scope, protocols
from bench.scoring.metrics import bounds

if TYPE_CHECKING:
    import pandas as pd

_CELL = ["simulator", "axes", "n_samples", "method"]


class Runs(NamedTuple):
    """Runs that ended as ok, planned runs, and mean CPU seconds."""

    n_ok: int
    n_planned: int
    cpu_seconds: float


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per condition, method and metric.

    Columns: `CONDITION`, method, metric, mean, low, high (over systems), floor and ceiling (mean
    chance level and oracle), n_ok, n_planned, cpu_seconds.
    """
    import pandas as pd

    keys = [*CONDITION, "method", "metric"]
    runs = _runs(rows)
    out = []
    for names, group in _scored(rows).groupby(keys, sort=False):
        found = estimate(group["value"], bounds(str(names[-1])))
        out.append(
            dict(zip(keys, names, strict=True))
            | {"mean": found.mean, "low": found.low, "high": found.high}
            | {"floor": group["floor"].mean(), "ceiling": group["ceiling"].mean()}
            | runs[(*names[:3], names[4])]._asdict()
        )
    return pd.DataFrame(
        out, columns=[*keys, "mean", "low", "high", "floor", "ceiling", *Runs._fields]
    )


def overall(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per method and metric, over all conditions; columns as of `summarise`.

    Every condition counts once, also if it is planned under two names; the interval is over new
    systems of these conditions. Where a system has regimes, the per-regime scores stand for it.
    """
    import pandas as pd

    once = one_scope(_scored(rows)).drop_duplicates(["key", "metric"]).set_index(SYSTEM)
    runs = _runs(rows)
    out = []
    for (method, metric), group in once.groupby(["method", "metric"]):
        found = estimate(group["value"], bounds(str(metric)))
        own = [count for keys, count in runs.items() if keys[3] == method]
        cpu_seconds = [count.cpu_seconds for count in own if not math.isnan(count.cpu_seconds)]
        out.append(
            {"method": method, "metric": metric}
            | {"mean": found.mean, "low": found.low, "high": found.high}
            | {name: estimate(group[name]).mean for name in ("floor", "ceiling")}
            | {"n_ok": sum(count.n_ok for count in own)}
            | {"n_planned": sum(count.n_planned for count in own)}
            | {"cpu_seconds": sum(cpu_seconds) / len(cpu_seconds) if cpu_seconds else math.nan}
        )
    return pd.DataFrame(out)


def runs_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per planned run."""
    return rows.drop_duplicates([*_CELL, "seed"])


def _scored(rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([rows[rows["scope"] != ""], protocols(rows)], ignore_index=True)


def _runs(rows: pd.DataFrame) -> dict[tuple[object, ...], Runs]:
    """Return the runs of each condition and method."""
    return {
        keys: Runs(
            int((group["status"] == "ok").sum()),
            len(group),
            float(group["cpu_seconds"].mean()),
        )
        for keys, group in runs_of(rows).groupby(_CELL)
    }
