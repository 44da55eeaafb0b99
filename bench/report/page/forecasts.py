"""The table of forecast errors: how well methods forecast what they have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.analysis import ExperimentResults
from bench.analysis.intervals import estimate
from bench.report import labels
from bench.report.page.table import Entry, Table, number, word
from bench.scoring.metrics import bounds

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ["simulator", "axes", "n_samples", "method"]


def forecasts(experiments: Sequence[ExperimentResults]) -> Table:
    """Return one row per condition and method that tells an error; see `bench.report.forecasts`.

    `best reachable` is the share of the variance that is the noise of the step.
    """
    heads = ["experiment", "condition", "steps", "method", "forecast error", "best reachable"]
    rows = []
    for experiment in experiments:
        told = experiment.rows[experiment.rows["metric"].isin(["error", "converged"])]
        for keys, group in told.groupby(_KEYS, sort=False):
            simulator, axes, _, method = keys
            head = [
                labels.experiment(experiment.name),
                labels.condition(str(simulator), str(axes)),
            ]
            rows.append(
                [
                    *map(word, head),
                    number(group["n_samples"].iloc[0]),
                    word(labels.method(str(method))),
                    *_scores(group),
                ]
            )
    return Table("forecasts", [*heads, "converged"], rows, ("experiment", "method"))


def _scores(group: pd.DataFrame) -> list[Entry]:
    errors = group[group["metric"] == "error"]
    found, best = estimate(errors["value"], bounds("error")), errors["ceiling"].mean()
    share = group.loc[group["metric"] == "converged", "value"].mean()
    return [
        number(found.mean, str(found)),
        number(best, f"{best:.2f}"),
        number(share, f"{share:.0%}"),
    ]
