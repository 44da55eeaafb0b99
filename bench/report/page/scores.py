"""The tables of scores: the leaderboard, averages, every condition, and published scores."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.analysis import ExperimentResults, Leaderboard
from bench.analysis.conditions import best_trivials
from bench.analysis.experiment import COST
from bench.analysis.intervals import show
from bench.config.protocol import shipped
from bench.report import labels
from bench.report.page.table import Entry, Table, number, word

if TYPE_CHECKING:
    import pandas as pd


def leaderboard(board: Leaderboard) -> Table:
    """Return one row per ranked method with its scores under both protocols.

    All are over the same systems. Where nothing is ranked, everything is listed.
    """
    return Table("leaderboard", _heads(board), [_row(board, m) for m in _ranked(board)])


def incomplete(board: Leaderboard) -> Table:
    """Return the methods that cannot be compared: means over the systems that each has run on."""
    fair = board.table[board.table["protocol"] == "fair"]
    others = [method for method in fair["method"] if method not in _ranked(board)]
    return Table("incomplete", _heads(board), [_row(board, method) for method in others])


def _ranked(board: Leaderboard) -> list[str]:
    fair = board.table[board.table["protocol"] == "fair"]
    ranked = fair[fair["rank"].notna()]
    return list((fair if ranked.empty else ranked)["method"])


def _heads(board: Leaderboard) -> list[str]:
    difference = f"difference to {labels.method(board.reference)}"
    heads = ["method"]
    for protocol in shipped():
        heads += [f"F1 ({protocol})", f"{difference} ({protocol})", f"rank ({protocol})"]
    return [*heads, "conditions (fair)", "runs ok / planned", "CPU seconds"]


def _row(board: Leaderboard, method: str) -> list[Entry]:
    by_method = board.table.set_index(["method", "protocol"])
    row = [word(labels.method(method))]
    for protocol in shipped():
        one: Any = by_method.loc[(method, protocol)]
        row += [
            number(one["mean"], show(one["mean"], one["low"], one["high"]), "not run"),
            Entry("reference") if method == board.reference else _difference(one),
            number(one["rank"], f"{one['rank']:.2f}", "unranked"),
        ]
    one = by_method.loc[(method, "fair")]
    return [
        *row,
        number(one["n_conditions"]),
        number(one["n_ok"], f"{one['n_ok']:.0f} / {one['n_planned']:.0f}"),
        number(one[COST], f"{one[COST]:.2g}"),
    ]


def _difference(row: pd.Series) -> Entry:
    """Return the difference over new systems, and its interval over new conditions."""
    mean, low, high = row["difference"], row["difference_low"], row["difference_high"]
    text = f"{mean:+.2f}" if math.isnan(low) else f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]"
    if not math.isnan(row["anew_low"]):
        text += f"; new conditions [{row['anew_low']:+.2f}, {row['anew_high']:+.2f}]"
    return number(mean, text)


def average(means: pd.DataFrame) -> Table:
    """Return the mean of each method over conditions, and their number."""
    protocols = list(shipped())
    heads = ["method", "published", *(f"shared F1 ({protocol})" for protocol in protocols)]
    for protocol in protocols:
        heads += [f"F1 ({protocol})", f"conditions ({protocol})"]
    rows = []
    for row in means.to_dict("records"):
        cells = [word(labels.method(row["method"]))]
        for name in ("published", *(f"shared_{protocol}" for protocol in protocols)):
            cells.append(number(row[name], f"{row[name]:.2f}"))
        for protocol in protocols:
            counts = f"{row[f'n_{protocol}']} / {row['n_planned']}"
            cells += [
                number(row[protocol], f"{row[protocol]:.2f}", "not run"),
                number(row[f"n_{protocol}"], counts),
            ]
        rows.append(cells)
    return Table("average", heads, rows)


def points(experiment: ExperimentResults, summary: pd.DataFrame) -> Table:
    """Return one row per condition and method, a column per metric."""
    metrics = experiment.metrics
    heads = [
        "condition",
        "steps",
        "method",
        *map(labels.metric, metrics),
        "floor",
        "ceiling",
        "runs",
    ]
    rows = []
    keys = ["simulator", "axes", "n_samples", "method"]
    solved = {place for place, first in best_trivials(experiment).items() if first.solves}
    for (simulator, axes, n_samples, method), group in summary.groupby(keys, sort=False):
        note = " (trivially solvable)" if (simulator, axes, n_samples) in solved else ""
        by_metric = {row["metric"]: row for row in group.to_dict("records")}
        first = by_metric[metrics[0]]
        rows.append(
            [
                word(labels.condition(str(simulator), str(axes)) + note),
                number(first["n_samples"]),
                word(labels.method(str(method))),
                *(_score(by_metric[metric], metric) for metric in metrics),
                number(first["floor"], f"{first['floor']:.2f}"),
                number(first["ceiling"], f"{first['ceiling']:.2f}"),
                word(first["state"], "absent" if first["n_ok"] == 0 else ""),
            ]
        )
    return Table(f"points-{experiment.name}", heads, rows, ("condition", "method"))


def _score(row: Mapping[Any, Any], metric: str) -> Entry:
    if metric == COST:
        return number(row["mean"], f"{row['mean']:.2g}", "")
    absent = "not run" if row["state"] == "not run" else "-"
    return number(row["mean"], show(row["mean"], row["low"], row["high"]), absent)


def published(compared: pd.DataFrame) -> Table:
    """Return one row per published score, with ours."""
    heads = [
        "experiment",
        "panel",
        "axis",
        "x",
        "metric",
        "method",
        "published",
        "ours",
        "runs",
        "difference",
        "ours, fair protocol",
    ]
    rows = [
        [
            word(labels.experiment(row["experiment"])),
            word(labels.panel(row["panel"])),
            word(labels.parameter(row["x_name"])),
            number(row["x"])
            if isinstance(row["x"], int | float)
            else word(labels.value(row["x"])),
            word(labels.metric(row["metric"])),
            word(labels.method(row["method"])),
            number(row["published"], f"{row['published']:.2f}"),
            number(row["ours"], show(row["ours"], row["low"], row["high"]), "not run"),
            number(row["n"], f"{row['n']} / {row['n_planned']}"),
            number(row["difference"], f"{row['difference']:+.2f}"),
            number(row["fair"], f"{row['fair']:.2f}"),
        ]
        for row in compared.to_dict("records")
    ]
    return Table("published", heads, rows, ("experiment", "method"))


def residuals(rests: pd.DataFrame) -> Table:
    """Return one row per experiment, setting of its other axes, and method."""
    heads = [
        "experiment",
        "setting",
        "metric",
        "method",
        "points",
        "mean difference",
        "root mean square",
    ]
    rows = [
        [
            word(labels.experiment(row["experiment"])),
            word(labels.settings(row["setting"])),
            word(labels.metric(row["metric"])),
            word(labels.method(row["method"])),
            number(row["n"], f"{row['n']} / {row['n_published']}"),
            number(row["mean"], f"{row['mean']:+.3f}", "not run"),
            number(row["rms"], f"{row['rms']:.3f}", "not run"),
        ]
        for row in rests.to_dict("records")
    ]
    return Table("residuals", heads, rows, ("experiment", "method"))
