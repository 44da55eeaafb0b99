"""Ours beside the published: point by point, the residuals, and the mean over everything."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from operator import and_
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import ExperimentResults, setting
from bench.analysis.leaderboard import PROTOCOLS, at_usual_settings
from bench.analysis.published import beside
from bench.config.cell import Cell

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = [
    "experiment",
    "panel",
    "setting",
    "x_name",
    "x",
    "metric",
    "method",
    "published",
    "ours",
    "low",
    "high",
    "n",
    "n_planned",
    "fair",
    "difference",
]
_CONDITION = ["experiment", "simulator", "axes", "n_samples"]
_NOTHING = {**dict.fromkeys(("mean", "low", "high"), float("nan")), "n": 0, "n_planned": 0}


def compare(
    experiments: Sequence[ExperimentResults],
    summaries: Mapping[str, pd.DataFrame],
    published: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Return one row per published point: experiment, panel, place on the axis, method.

    Parameters
    ----------
    experiments
        The experiments.
    summaries, published
        By their names: `bench.analysis.experiment.summarise` of them, and
        `bench.analysis.published.curves`.

    Returns
    -------
    DataFrame
        `ours`, with the interval `low` to `high` over `n` systems of `n_planned`, is the metric
        beside which the number stands, the first of the view if none is named. `fair` is F1 of
        the fair protocol where that is shown. `difference` is `ours - published`; NaN where
        nothing was run. `setting` holds the axes that are neither drawn nor the simulator.
    """
    import pandas as pd

    rows = [
        row
        for experiment in experiments
        for row in _points(experiment, summaries[experiment.name], published[experiment.name])
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _points(
    experiment: ExperimentResults, summary: pd.DataFrame, published: pd.DataFrame
) -> list[dict[str, Any]]:
    places = ["metric", "panel", "method", "x"]
    ours = {tuple(row[name] for name in places): row for row in summary.to_dict("records")}
    found = []
    for panel, group in summary.groupby("panel", sort=False):
        condition = group.iloc[0].to_dict()
        head = {"experiment": experiment.name, "panel": panel, "x_name": experiment.x}
        head["setting"] = setting(
            experiment.axes[condition["simulator"], condition["axes"]], experiment.x
        )
        for point in beside(published, experiment, condition).to_dict("records"):
            place = (panel, point["method"], point["x"])
            metric = point["metric"] or experiment.view.metrics[0]
            one = ours.get((metric, *place), _NOTHING)
            fair = ours.get((PROTOCOLS["fair"], *place), _NOTHING)
            found.append(
                head
                | {"x": point["x"], "metric": metric, "method": point["method"]}
                | {"published": point["value"]}
                | {name: one[name] for name in ("low", "high", "n", "n_planned")}
                | {"ours": one["mean"], "difference": one["mean"] - point["value"]}
                | {"fair": fair["mean"]}
            )
    return found


def residuals(compared: pd.DataFrame) -> pd.DataFrame:
    """Return mean and root mean square of the differences by setting, metric and method.

    They are over the `n` points that both have, of `n_published`.
    """
    import pandas as pd

    rows = []
    keys = ["experiment", "setting", "metric", "method"]
    for names, group in compared.groupby(keys, sort=False):
        apart = group["difference"].dropna()
        rows.append(
            dict(zip(keys, names, strict=True))
            | {"n": len(apart), "n_published": len(group)}
            | {"mean": apart.mean(), "rms": (apart**2).mean() ** 0.5}
        )
    return pd.DataFrame(rows, columns=[*keys, "n", "n_published", "mean", "rms"])


def make_average(
    experiments: Sequence[ExperimentResults], cells: Sequence[Cell], published: pd.Series
) -> pd.DataFrame:
    """Return each method's mean F1 over all conditions of all experiments, beside `published`.

    The value of a condition (experiment, simulator, grid point, length) is the mean over its
    systems; each condition counts once, in every experiment that has it. Methods are taken at
    their usual settings. Columns: method, published, and for each protocol the mean and the
    number of conditions with a score, `n_paper` and `n_fair`, of `n_planned`. Means over unlike
    conditions do not compare: `shared_paper` and `shared_fair` are over the `n_shared` conditions
    under which every method has a score in both, but for those with fewer than half as many as
    the best covered one, which have none. Best shared mean first.
    """
    import pandas as pd

    rows, runs = at_usual_settings(experiments, cells)
    planned = runs.drop_duplicates([*_CONDITION, "method"])["method"].value_counts()
    table = pd.DataFrame({"published": published, "n_planned": planned})
    scores = {p: _by_condition(rows[rows["metric"] == m]) for p, m in PROTOCOLS.items()}
    shared = _shared(list(scores.values()))
    table["n_shared"] = len(shared)
    for protocol, frame in scores.items():
        table[protocol], table[f"n_{protocol}"] = frame.mean(), frame.notna().sum()
        table[f"shared_{protocol}"] = frame.loc[shared.index, shared.columns].mean()
    counts = ["n_planned", *(f"n_{protocol}" for protocol in PROTOCOLS)]
    table[counts] = table[counts].fillna(0).astype(int)
    order = [*(f"shared_{protocol}" for protocol in reversed(PROTOCOLS)), *PROTOCOLS, "published"]
    return table.rename_axis("method").sort_values(order, ascending=False).reset_index()


def _by_condition(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over systems, a row per condition and a column per method."""
    means = rows.astype({"value": float}).groupby([*_CONDITION, "method"])["value"].mean()
    return means.unstack("method")


def _shared(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return which conditions and methods (index and columns) have a score in all frames."""
    known: pd.DataFrame = functools.reduce(and_, (frame.notna() for frame in frames))
    counts = known.sum()
    covered: pd.DataFrame = known.loc[:, (counts > 0) & (counts >= counts.max() / 2)]
    return covered.loc[covered.all(axis=1) & bool(len(covered.columns))]
