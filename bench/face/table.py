"""The table of a comparison: a row per method, a column per system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from methods import InputError

if TYPE_CHECKING:
    import pandas as pd

FLOOR, CEILING = "(chance)", "(oracle)"
"""The names of the last two rows."""


def table(results: pd.DataFrame, metric: str = "auprc", *, level: str = "window") -> pd.DataFrame:
    """Return the mean of a metric over seeds, a row per method and a column per system.

    Where a system has regimes, it is the mean over the graphs of the regimes.

    Parameters
    ----------
    results
        What `compare` returned.
    metric
        A metric in it, such as `auprc`, `f1@own` or `f1@global_k`; `docs/read_a_result.md` has
        what they are.
    level
        `window`, `summary`, `summary_no_self` or `instantaneous`.

    Returns
    -------
    pandas.DataFrame
        The best method on average first. Where there are several lengths, a column is
        `system, 500 steps`. `ok` says how many runs of how many have a score; a mean is
        over those. The last two rows are what chance and an oracle get.

    Raises
    ------
    ValueError
        If no row has that metric and level.
    """
    chosen = results[(results["metric"] == metric) & (results["level"] == level)]
    if chosen.empty:
        known = results.loc[results["level"] == level, "metric"].unique()
        raise InputError(
            f"metric: expected one of {', '.join(known)} at level {level!r}, found {metric!r}"
        )
    run = ["system", "n_samples", "seed", "method"]
    # `per_regime` comes before `union`.
    chosen = chosen.sort_values("scope", kind="stable").drop_duplicates(run)
    where = chosen["system"]
    if results["n_samples"].nunique() > 1:
        where = where + ", " + chosen["n_samples"].astype(str) + " steps"
    chosen = chosen.assign(where=where)
    means = chosen.pivot_table("value", "method", "where", sort=False)
    means = means.reindex(results["method"].unique())
    order = means.mean(axis=1).sort_values(ascending=False, kind="stable").index
    means = means.loc[order].rename_axis(columns=None)
    for name, column in ((FLOOR, "floor"), (CEILING, "ceiling")):
        means.loc[name] = chosen.groupby("where", sort=False)[column].mean()
    done = chosen.groupby("method").size()
    planned = results.drop_duplicates(run).groupby("method").size()
    means["ok"] = [
        f"{done.get(name, 0)} / {planned[name]}" if name in planned else "" for name in means.index
    ]
    return means
