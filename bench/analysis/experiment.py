"""The results of an experiment: its axis, its panels, and a summary of each point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import estimate
from bench.analysis.rows import Labels, one_scope, protocols, rows_of
from bench.config import Cell, View
from bench.config.cell import axes_text, value_text
from bench.config.compose import Experiment
from bench.scoring.metrics import bounds
from bench.store import Record

if TYPE_CHECKING:
    import pandas as pd

COST = "cpu_seconds"
"""Name of the cost of a run among the metrics of a summary."""

_CONDITION = ["simulator", "axes", "n_samples"]
_POINT = [*_CONDITION, "method"]


@dataclass(frozen=True)
class ExperimentResults:
    """One experiment.

    Parameters
    ----------
    name, about
        Its name and one line about it.
    view
        How it is shown.
    x
        What is on the horizontal axis: `n_samples`, `simulator`, `regimes` or an axis of the grid.
    cells
        One row per planned cell: key, condition, simulator, axes, n_samples, seed, method, status,
        reason, cpu_seconds, those of `bench.analysis.sortability`, and its `x` and `panel`; `x` is
        `none` where its system lacks that.
    rows
        One row per cell and metric, `f1 paper` and `f1 fair` among them: the columns of `cells`,
        with metric, value, floor and ceiling. Scores of regimes stand for a system that has some.
    axes
        The axes of each simulator and text of axes, by dotted parameter names.
    points
        The same, and `regimes`.
    """

    name: str
    about: str
    view: View
    x: str
    cells: pd.DataFrame
    rows: pd.DataFrame
    axes: Mapping[tuple[str, str], Mapping[str, Any]]
    points: Mapping[tuple[str, str], Mapping[str, Any]]

    @property
    def metrics(self) -> list[str]:
        """What is shown, the cost last; a cut costs nothing."""
        return [*self.view.metrics, *([] if self.view.cuts else [COST])]


def experiment_results(
    planned: Experiment,
    read: Callable[[str], Record | None],
    metrics: Collection[str] = (),
) -> ExperimentResults:
    """Return the results of an experiment.

    Parameters
    ----------
    planned
        The experiment.
    read
        Returns the record of a key, or None.
    metrics
        Metrics that are kept beside those of the view; other levels than the window graph are
        left out otherwise.
    """
    import pandas as pd

    cells, view = planned.cells, planned.view
    labels = Labels(cells)
    points = {
        (c.simulator, axes_text(labels.axes(c))): {**c.axes, "regimes": c.choice} for c in cells
    }
    x = _axis(view.x, cells)
    plain = rows_of(cells, read, labels)
    conditions = plain[_CONDITION].to_dict("records")
    plain = plain.assign(
        x=[_place(x, row, points) for row in conditions],
        panel=[
            panel_of(x, row, labels.points[row["simulator"], row["axes"]]) for row in conditions
        ],
    )
    scored = pd.concat([plain[plain["scope"] != ""], protocols(plain)], ignore_index=True)
    plainly = ~scored["metric"].str.contains(":") | scored["metric"].str.startswith("regimes:")
    rows = one_scope(scored[plainly | scored["metric"].isin([*view.metrics, *metrics])])
    runs = plain.drop(columns=["scope", "metric", "value", "floor", "ceiling"])
    runs = runs.drop_duplicates([*_POINT, "seed"])
    return ExperimentResults(
        planned.name, planned.about, view, x, runs, rows, labels.points, points
    )


def _axis(wanted: str | None, cells: Sequence[Cell]) -> str:
    """Return what varies: as wanted, else the grid's axis with most values, length, or system."""
    values: dict[str, set[str]] = {"n_samples": {str(c.n_samples) for c in cells}}
    for cell in cells:
        for name, value in cell.axes.items():
            values.setdefault(name, set()).add(value_text(value))
    if wanted in ("simulator", "regimes") or wanted in values:
        return str(wanted)
    swept = {name: len(found) for name, found in values.items() if name != "n_samples"}
    best = max(swept, key=lambda name: swept[name], default="n_samples")
    if swept.get(best, 0) > 1:
        return best
    return "n_samples" if len(values["n_samples"]) > 1 else "simulator"


def _place(x: str, row: Mapping[Any, Any], points: Mapping[tuple[str, str], Any]) -> Any:
    """Return where a condition stands on the axis; a value that is no number stands as text."""
    if x in row:
        return row[x]
    value = points[row["simulator"], row["axes"]].get(x, "none")
    return value if isinstance(value, int | float | str) else value_text(value)


def panel_of(x: str, row: Mapping[Any, Any], axes: Mapping[str, Any]) -> str:
    """Return the name of a panel: everything of a condition that is not on the axis."""
    parts = [] if x == "simulator" else [row["simulator"]]
    parts += [f"{k.rpartition('.')[2]}={value_text(v)}" for k, v in axes.items() if k != x]
    parts += [] if x == "n_samples" else [f"{row['n_samples']:,} steps"]
    return ", ".join(parts)


def setting(axes: Mapping[str, Any], x: str) -> str:
    """Return the text of the axes of a condition without the one that is drawn."""
    return axes_text({name: value for name, value in axes.items() if name != x})


def summarise(experiment: ExperimentResults) -> pd.DataFrame:
    """Return one row per condition, method and shown metric, whether it was run or not.

    Columns: simulator, axes, n_samples, panel, x, method, metric, mean, low, high, n, floor,
    ceiling, n_ok, n_planned, state. `state` says what became of the runs, as `3 ok, 1 timeout`,
    or `not run`; mean and interval are over systems, NaN where there is no score.
    """
    import pandas as pd

    groups = dict(iter(experiment.rows.groupby([*_POINT, "metric"])))
    out = []
    for keys, cells in experiment.cells.groupby(_POINT, sort=False):
        first = cells.iloc[0]
        head = dict(zip(_POINT, keys, strict=True))
        head |= {"panel": first["panel"], "x": first["x"]}
        head |= {"n_ok": int((cells["status"] == "ok").sum()), "n_planned": len(cells)}
        head |= {"state": _state(cells["status"])}
        for metric in experiment.metrics:
            group = groups.get((*keys, metric))
            values = cells if metric == COST else experiment.rows[:0] if group is None else group
            found = estimate(values[COST if metric == COST else "value"], bounds(metric))
            levels = {
                name: float("nan") if group is None else group[name].mean()
                for name in ("floor", "ceiling")
            }
            out.append({**head, "metric": metric, **found.numbers, **levels})
    return pd.DataFrame(out)


def _state(statuses: pd.Series) -> str:
    counts = Counter(statuses)
    if set(counts) == {"missing"}:
        return "not run"
    return ", ".join(f"{n} {'not run' if s == 'missing' else s}" for s, n in counts.items())
