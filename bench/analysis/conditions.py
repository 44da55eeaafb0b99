"""The conditions of experiments: how far methods get there that know nothing of causes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import ExperimentResults
from bench.analysis.sortability import SORTABILITY, mean_sortability
from bench.analysis.trivial import Reach, reach_of

if TYPE_CHECKING:
    import pandas as pd

_CONDITION = ["simulator", "axes", "n_samples"]


def make_conditions(experiments: Sequence[ExperimentResults]) -> pd.DataFrame:
    """Return one row per experiment and condition.

    Columns: experiment, simulator, axes, n_samples, systems (planned seeds), trivial (the best
    method that knows nothing of causes), trivial_auprc, best_auprc, solved (whether these are
    near), and the means of `SORTABILITY` over systems.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for experiment in experiments:
        reached = reaches(experiment)
        for keys, cells in experiment.cells.groupby(_CONDITION, sort=False):
            rows.append(
                {"experiment": experiment.name, **dict(zip(_CONDITION, keys, strict=True))}
                | {"systems": cells["seed"].nunique()}
                | _reached(reached.get(keys))
                | mean_sortability(cells)
            )
    reach = ["trivial", "trivial_auprc", "best_auprc", "solved"]
    return pd.DataFrame(rows, columns=["experiment", *_CONDITION, "systems", *reach, *SORTABILITY])


def reaches(experiment: ExperimentResults) -> dict[tuple[object, ...], Reach]:
    """Return how far trivial methods get by AUPRC, by simulator, axes and n_samples.

    A condition is absent where no trivial method, or none but these, has a score.
    """
    auprc = experiment.rows[experiment.rows["metric"] == "auprc"]
    found = {}
    for keys, group in auprc.groupby(_CONDITION):
        means = group.groupby("method")["value"].mean()
        chance = float(group["floor"].mean())
        reach = reach_of({str(method): mean for method, mean in means.items()}, chance)
        if reach is not None:
            found[keys] = reach
    return found


def _reached(reach: Reach | None) -> dict[str, Any]:
    return {
        "trivial": "" if reach is None else reach.method,
        "trivial_auprc": math.nan if reach is None else reach.score,
        "best_auprc": math.nan if reach is None else reach.best,
        "solved": reach is not None and reach.solves,
    }
