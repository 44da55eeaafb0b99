"""The kinds of data that today's results know, and the runs on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from bench.dev.docs.read import runs

if TYPE_CHECKING:
    import pandas as pd

MARGIN = 0.1
"""AUPRC that the three systems of an entry cannot tell apart."""

TABLES = ("unknown_functions/long", "nonlinear_tests/long", "regimes/long")
"""The tables of `results/` that they are in."""

TRIVIAL = ("correlation", "random")
"""Methods that are shown beside the others, and never the best of them."""

CONDITION = ["simulator", "axes", "n_samples"]
"""Columns that name a condition."""

FUNCTIONS: Mapping[str, str] = {
    "gaussian_process": "smooth",
    "spline": "smooth, by pieces",
    "random_network": "of a random network",
    "product": "products of two causes",
    "threshold": "jumps at a threshold",
}
"""What the hard functions of a simulator are, in words."""


class Data(NamedTuple):
    """One kind of data.

    Parameters
    ----------
    name
        In words.
    runs
        Rows of `bench.dev.docs.read.runs`.
    """

    name: str
    runs: pd.DataFrame

    def means(self, metric: str = "auprc") -> pd.Series[float]:
        """Return the mean of a metric for each method, the largest first.

        Each condition counts once.
        """
        conditions = self.runs.groupby(["method", *CONDITION])[metric].mean()
        return conditions.groupby("method").mean().sort_values(ascending=False)

    def leaders(self) -> list[str]:
        """Return the methods within `MARGIN` of the best, the best first."""
        means = self.means().drop(list(TRIVIAL), errors="ignore")
        return [str(name) for name in means[means > means.iloc[0] - MARGIN].index]


def kinds() -> Iterator[Data]:
    """Yield each kind of data, from easy to hard."""
    functions = runs(TABLES[0])
    functions = functions[(functions["n_samples"] == 1000) & (functions["graph.n_vars"] == 6)]
    level = functions["difficulty"]
    yield Data("nearly linear functions", functions[level == "easy"])
    yield Data("functions of medium difficulty", functions[level == "medium"])
    for name, words in FUNCTIONS.items():
        hard = functions[(level == "hard") & (functions["simulator"] == name)]
        yield Data(f"hard functions: {words}", hard)
    yield Data("nonlinear functions, only 200 steps", runs(TABLES[1]))
    regimes = runs(TABLES[2])
    found = regimes[regimes["finder"] == "evidence"]
    yield Data("three regimes: linear", found[found["mechanism"] == "linear"])
    yield Data("three regimes: smooth functions", found[found["mechanism"] != "linear"])
