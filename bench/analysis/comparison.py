"""Ours beside the published: point by point, the residuals, and the mean over everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import ExperimentResults, setting
from bench.analysis.intervals import estimate
from bench.analysis.leaderboard import at_usual_settings, scores_of, shared
from bench.analysis.published import beside
from bench.config import Cell
from bench.config.protocol import f1_of, shipped

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
            fair = ours.get((f1_of("fair"), *place), _NOTHING)
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
    """Return the mean over conditions, every one counting once; a row per method.

    Parameters
    ----------
    experiments, cells
        The experiments and all their cells. A condition of several experiments counts once.
    published
        The published mean of each method.

    Returns
    -------
    DataFrame
        method, published, n_planned (conditions), and for each protocol its name (the mean over
        all conditions of the method), `n_...` (their number), `shared_...` (the mean over the
        systems that all ranked methods share, see `bench.analysis.leaderboard.shared`) and
        `n_shared_...` (their conditions). Best shared mean under the fair protocol first.
    """
    import pandas as pd

    rows, runs = at_usual_settings(experiments, cells)
    planned = runs.groupby("method")["condition"].nunique()
    table = pd.DataFrame({"published": published, "n_planned": planned})
    for protocol in shipped():
        scores = scores_of(rows, f1_of(protocol))
        for name, frame in ((protocol, scores), (f"shared_{protocol}", shared(scores))):
            found = {method: estimate(frame[method]) for method in frame}
            table[name] = pd.Series({m: one.mean for m, one in found.items()}, dtype=float)
            table[f"n_{name}"] = pd.Series({m: one.conditions for m, one in found.items()})
    counts = [name for name in map(str, table) if name.startswith("n_")]
    table[counts] = table[counts].fillna(0).astype(int)
    order = [*(f"shared_{protocol}" for protocol in shipped()), *shipped(), "published"]
    return table.rename_axis("method").sort_values(order, ascending=False).reset_index()
