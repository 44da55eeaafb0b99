"""The conditions of experiments: how far methods get there that know nothing of causes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import ExperimentResults
from bench.analysis.sortability import SORTABILITY, mean_sortability
from bench.analysis.trivial import BestTrivial, best_trivial

if TYPE_CHECKING:
    import pandas as pd

_CONDITION = ["simulator", "axes", "n_samples"]


def make_conditions(experiments: Sequence[ExperimentResults]) -> pd.DataFrame:
    """Return one row per experiment and condition.

    Columns: experiment, simulator, axes, n_samples, systems (planned seeds), trivial (the trivial
    method that knows nothing of causes), trivial_auprc, best_auprc, solved (whether these are
    near), and the means of `SORTABILITY` over systems.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for experiment in experiments:
        first = best_trivials(experiment)
        for keys, cells in experiment.cells.groupby(_CONDITION, sort=False):
            rows.append(
                {"experiment": experiment.name, **dict(zip(_CONDITION, keys, strict=True))}
                | {"systems": cells["seed"].nunique()}
                | _columns(first.get(keys))
                | mean_sortability(cells)
            )
    trivial = ["trivial", "trivial_auprc", "best_auprc", "solved"]
    names = ["experiment", *_CONDITION, "systems", *trivial, *SORTABILITY]
    return pd.DataFrame(rows, columns=names)


def best_trivials(experiment: ExperimentResults) -> dict[tuple[object, ...], BestTrivial]:
    """Return how far trivial methods get by AUPRC, by simulator, axes and n_samples.

    A condition is absent where no trivial method, or none but these, has a score.
    """
    auprc = experiment.rows[experiment.rows["metric"] == "auprc"]
    found = {}
    for keys, group in auprc.groupby(_CONDITION):
        means = group.groupby("method")["value"].mean()
        chance = float(group["floor"].mean())
        trivial = best_trivial({str(method): mean for method, mean in means.items()}, chance)
        if trivial is not None:
            found[keys] = trivial
    return found


def _columns(trivial: BestTrivial | None) -> dict[str, Any]:
    return {
        "trivial": "" if trivial is None else trivial.method,
        "trivial_auprc": math.nan if trivial is None else trivial.score,
        "best_auprc": math.nan if trivial is None else trivial.best,
        "solved": trivial is not None and trivial.solves,
    }
