"""The tables of counts: what became of the planned runs, why some failed, and who made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.analysis import ExperimentResults
from bench.report import labels
from bench.report.page.table import Table, number, word


def coverage(experiments: Sequence[ExperimentResults]) -> Table:
    """Return how many planned runs of each experiment are ok, failed or not run."""
    rows = []
    for experiment in experiments:
        status = experiment.cells["status"]
        ok, missing = (int((status == name).sum()) for name in ("ok", "missing"))
        lost = len(status) - ok - missing
        rows.append(
            [
                word(labels.experiment(experiment.name)),
                word(experiment.about),
                *map(number, (len(status), ok, lost, missing)),
            ]
        )
    heads = ["experiment", "about", "planned", "ok", "failed or declined", "not run"]
    return Table("coverage", heads, rows)


def failures(experiments: Sequence[ExperimentResults]) -> Table:
    """Return how many runs of each method have failed or been declined, with the reason."""
    rows = []
    for experiment in experiments:
        lost = experiment.cells[~experiment.cells["status"].isin(["ok", "missing"])]
        lost = lost.assign(reason=lost["reason"].fillna(""))
        counts = lost.value_counts(["method", "status", "reason"], sort=False).reset_index()
        for method, status, reason, n in counts.itertuples(index=False):
            short = "".join(reason.splitlines()[:1])[:300]
            rows.append(
                [
                    word(labels.experiment(experiment.name)),
                    word(labels.method(method)),
                    word(status),
                    number(n),
                    word(short),
                ]
            )
    heads = ["experiment", "method", "status", "runs", "reason"]
    return Table("failures", heads, rows, ("experiment", "method", "status"))


def makers(made_by: Mapping[str, int]) -> Table:
    """Return how many records each version of the code has made on each kind of machine."""
    rows = [[word(text), number(n)] for text, n in sorted(made_by.items())]
    return Table("makers", ["made by", "records"], rows)
