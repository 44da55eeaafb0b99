"""How well each method forecasts a condition, beside the best that can be reached."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench.analysis.intervals import show
from bench.report.markdown import markdown_table

if TYPE_CHECKING:
    import pandas as pd

UNCONVERGED = "†"
"""Follows the name of a method of which some run had not converged."""


def forecasts(table: pd.DataFrame) -> str:
    """Return a Markdown table of the held-out forecast errors of a condition, smallest first.

    The error is the mean squared error over the variance. The best reachable one is the share of
    the variance that is the noise of the step; see `simulators.base.Sample`. Empty where no method
    tells an error.

    Parameters
    ----------
    table
        The rows of one condition from `bench.analysis.summary.summarise`.
    """
    errors = table[table["metric"] == "error"].sort_values(["mean", "method"])
    if errors.empty:
        return ""
    converged = table[table["metric"] == "converged"].set_index("method")["mean"]
    rows = [
        [row["method"], show(row["mean"], row["low"], row["high"]), _share(converged, row)]
        for _, row in errors.iterrows()
    ]
    reachable = float(errors["ceiling"].mean())
    if not math.isnan(reachable):
        rows.append(["*best reachable*", f"{reachable:.2f}", ""])
    heads = ["method", "forecast error", "converged"]
    return f"\n{markdown_table(heads, rows)}"


def _share(converged: pd.Series, row: pd.Series) -> str:
    """Return the share of runs that converged; empty for a method that trains nothing."""
    share = converged.get(row["method"])
    return "" if share is None or math.isnan(share) else f"{share:.0%}"
