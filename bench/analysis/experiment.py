"""An experiment made ready to be shown: its axis, its panels, and a summary of each point."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import estimate
from bench.analysis.rows import distinct_labels, one_scope, protocols, rows_of
from bench.config.cell import Cell
from bench.config.view import View
from bench.report.tables import limits
from bench.store.record import Record

if TYPE_CHECKING:
    import pandas as pd

COST = "cpu_seconds"
"""Name of the cost of a run among the metrics of a summary."""

PROBLEM = ["simulator", "problem", "seed"]
"""Columns that together name what all methods are compared on; the seed, which pairs, is last."""

_CONDITION = ["simulator", "axes", "n_samples"]
_POINT = [*_CONDITION, "method"]


@dataclass(frozen=True)
class Section:
    """One experiment.

    Parameters
    ----------
    name, about
        Its name and one line about it.
    view
        How it is shown.
    x
        What is on the horizontal axis: `n_samples`, `simulator` or an axis of the grid.
    cells
        One row per planned cell: key, problem, simulator, axes, n_samples, seed, method, status,
        reason, cpu_seconds, and its `x` and `panel`; `x` is `none` where its system lacks that.
    rows
        One row per cell and metric, `f1 paper` and `f1 fair` among them: the columns of `cells`,
        with metric, value, floor and ceiling. Scores of regimes stand for a system that has some.
    points
        The grid point of each simulator and text of axes, by dotted parameter names, and
        `regimes_known`.
    """

    name: str
    about: str
    view: View
    x: str
    cells: pd.DataFrame
    rows: pd.DataFrame
    points: Mapping[tuple[str, str], Mapping[str, Any]]

    @property
    def metrics(self) -> list[str]:
        """What is shown, the cost last; a cut costs nothing."""
        return [*self.view.metrics, *[COST] * (not self.view.cuts)]


def make_section(
    name: str,
    about: str,
    view: View,
    cells: Sequence[Cell],
    read: Callable[[str], Record | None],
) -> Section:
    """Return the section of planned cells; `read` returns the record of a key, if there is one."""
    import pandas as pd

    labels = distinct_labels(cells)
    points = {
        (c.simulator, labels(c)["axes"]): {**c.axes, "regimes_known": c.regimes_known}
        for c in cells
    }
    x = _axis(view.x, cells)
    plain = rows_of(cells, read)
    plain = plain.assign(
        x=[_place(x, row, points) for row in plain[_CONDITION].to_dict("records")],
        panel=[panel_of(x, row) for row in plain[_CONDITION].to_dict("records")],
    )
    scored = pd.concat([plain[plain["scope"] != ""], protocols(plain)], ignore_index=True)
    plainly = ~scored["metric"].str.contains(":") | scored["metric"].str.startswith("regimes:")
    rows = one_scope(scored[plainly | scored["metric"].isin(view.metrics)])
    planned = plain.drop(columns=["scope", "metric", "value", "floor", "ceiling"])
    planned = planned.drop_duplicates([*_POINT, "seed"])
    return Section(name, about, view, x, planned, rows, points)


def _axis(wanted: str | None, cells: Sequence[Cell]) -> str:
    """Return what varies: as wanted, else the grid's axis with most values, length, or system."""
    values: dict[str, set[str]] = {"n_samples": {str(c.n_samples) for c in cells}}
    for cell in cells:
        for name, value in cell.axes.items():
            values.setdefault(name, set()).add(str(value))
    if wanted == "simulator" or wanted in values:
        return str(wanted)
    swept = {name: len(found) for name, found in values.items() if name != "n_samples"}
    best = max(swept, key=lambda name: swept[name], default="n_samples")
    if swept.get(best, 0) > 1:
        return best
    return "n_samples" if len(values["n_samples"]) > 1 else "simulator"


def _place(x: str, row: Mapping[Any, Any], points: Mapping[tuple[str, str], Any]) -> Any:
    if x in row:
        return row[x]
    return points[row["simulator"], row["axes"]].get(x, "none")


def panel_of(x: str, row: Mapping[Any, Any]) -> str:
    """Return the name of a panel: everything of a condition that is not on the axis."""
    axes = setting(row["axes"], x).split()
    parts = [] if x == "simulator" else [row["simulator"]]
    parts += [re.sub(r"^[^=]*\.([^=.]*=)", r"\1", part) for part in axes]
    parts += [] if x == "n_samples" else [f"{row['n_samples']:,} steps"]
    return ", ".join(parts)


def setting(axes: str, x: str) -> str:
    """Return the text of the axes of a condition without the one that is drawn."""
    return " ".join(part for part in axes.split() if not part.startswith(f"{x}="))


def summarise(section: Section) -> pd.DataFrame:
    """Return one row per condition, method and shown metric, whether it was run or not.

    Columns: simulator, axes, n_samples, panel, x, method, metric, mean, low, high, n, floor,
    ceiling, n_ok, n_planned, state. `state` says what became of the runs, as `3 ok, 1 timeout`,
    or `not run`; mean and interval are over systems, NaN where there is no score.
    """
    import pandas as pd

    groups = dict(iter(section.rows.groupby([*_POINT, "metric"])))
    out = []
    for keys, cells in section.cells.groupby(_POINT, sort=False):
        first = cells.iloc[0]
        head = dict(zip(_POINT, keys, strict=True))
        head |= {"panel": first["panel"], "x": first["x"]}
        head |= {"n_ok": int((cells["status"] == "ok").sum()), "n_planned": len(cells)}
        head |= {"state": _state(cells["status"])}
        for metric in section.metrics:
            group = groups.get((*keys, metric))
            values = cells if metric == COST else section.rows[:0] if group is None else group
            found = estimate(values[COST if metric == COST else "value"]).within(*limits(metric))
            bounds = {
                name: float("nan") if group is None else group[name].mean()
                for name in ("floor", "ceiling")
            }
            out.append({**head, "metric": metric, **vars(found), **bounds})
    return pd.DataFrame(out)


def _state(statuses: pd.Series) -> str:
    counts = Counter(statuses)
    if set(counts) == {"missing"}:
        return "not run"
    return ", ".join(f"{n} {'not run' if s == 'missing' else s}" for s, n in counts.items())
