"""The tables of a run: a long CSV with every metric, and Markdown for reading."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis.intervals import show
from bench.analysis.rows import CONDITION
from bench.analysis.sortability import mean_sortability
from bench.analysis.summary import overall, runs_of, summarise
from bench.analysis.trivial import best_trivial
from bench.report.forecasts import UNCONVERGED, forecasts
from bench.report.markdown import markdown_table
from bench.store.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd

# Metric and its heading; an F1 or SHD is always shown with its rule.
SHOWN = {
    "f1 paper": "F1 (paper)",
    "f1 fair": "F1 (fair)",
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "shd@global_k": "SHD (fair)",
}

_PARTS = ("mean", "low", "high")
_FIRST, _SECOND = "# Over all conditions", "# Each condition"


def write_tables(rows: pd.DataFrame, folder: Path) -> str:
    """Write `table.csv` (every metric of every condition) and `table.md`; return the headline."""
    folder.mkdir(parents=True, exist_ok=True)
    table, first = summarise(rows), headline(rows)
    systems = dict(iter(runs_of(rows).groupby(CONDITION[:-1])))
    write_text(folder / "table.csv", table.to_csv(index=False, float_format="%.6g"))
    parts = [f"{_FIRST}\n", first, f"\n{_SECOND}\n"]
    for keys, group in table.groupby(CONDITION, sort=False):
        name, axes, n_samples, scope = keys
        system = f"{name} {axes}".strip()
        parts.append(f"\n## {system}, n_samples {n_samples}, {scope} graph\n")
        parts.append(_markdown(group))
        parts.append(_trivial(group))
        parts.append(forecasts(group))
        parts.append(_sortability(systems[name, axes, n_samples]))
    parts.append(_failures(rows))
    write_text(folder / "table.md", "\n".join(parts) + "\n")
    return first


def headline(rows: pd.DataFrame) -> str:
    """Return the Markdown table of each method's mean over all conditions."""
    table, cells = overall(rows), runs_of(rows)
    shown = "No run has a score." if table.empty else _markdown(table)
    missing = int((cells["status"] == "missing").sum())
    if not missing:
        return shown
    return f"{shown}\n\n{missing} of {len(cells)} cells are missing: this table is partial"


def _markdown(table: pd.DataFrame) -> str:
    """Return methods x metrics, best `F1 (fair)` first, then chance level and oracle.

    Methods with less than half as many runs as the one with most stand last.
    """
    entries = table.set_index(["method", "metric"])

    def at(method: str, metric: str, part: str) -> float:
        return float(entries[part].get((method, metric), math.nan))

    fair = {method: at(method, "f1 fair", "mean") for method in table["method"].unique()}
    ended = table.groupby("method")["n_ok"].first()
    few = ended < ended.max() / 2
    rows = []
    for method in sorted(fair, key=lambda m: (few[m], math.isnan(fair[m]), -fair[m], m)):
        first = table[table["method"] == method].iloc[0]
        mark = "*" if first["n_ok"] < first["n_planned"] else ""
        mark += UNCONVERGED if at(method, "converged", "mean") < 1 else ""
        scores = [tuple(at(method, m, part) for part in _PARTS) for m in SHOWN]
        counts = f"{first['n_ok']} / {first['n_planned']}"
        rows.append(
            [
                f"{method}{mark}",
                *(show(mean, low, high) for mean, low, high in scores),
                counts,
                f"{first['cpu_seconds']:.2g}",
            ]
        )
    for bound in ("floor", "ceiling"):
        means = [table.loc[table["metric"] == metric, bound].mean() for metric in SHOWN]
        rows.append([f"*{bound}*", *(f"{mean:.2f}" for mean in means), "", ""])
    text = markdown_table(["method", *SHOWN.values(), "ok / planned", "CPU s"], rows)
    if (table["n_ok"] < table["n_planned"]).any():
        text += "\n\n\\* the mean of the runs that ended; under F1 (paper) the others count as 0"
    if (table.loc[table["metric"] == "converged", "mean"] < 1).any():
        text += f"\n\n{UNCONVERGED} in some runs training had not converged after its most updates"
    if few.any():
        text += "\n\nMethods with less than half as many runs as the one with most stand last."
    return text


def _trivial(table: pd.DataFrame) -> str:
    """Return how far methods get that know nothing of causes; empty where none was run."""
    auprc = table[table["metric"] == "auprc"].set_index("method")
    means = {str(method): mean for method, mean in auprc["mean"].items()}
    found = best_trivial(means, float(auprc["floor"].mean()))
    if found is None:
        return ""
    reached = f"AUPRC {found.score:.2f} without knowing of causes ({found.method})"
    mark = ": trivially solvable" if found.solves else ""
    return f"\n{reached}, best {found.best:.2f}{mark}"


def _sortability(runs: pd.DataFrame) -> str:
    """Return how far sorting goes on the systems of a condition, contemporaneous and lagged."""
    means = mean_sortability(runs)
    said = {name: "-" if math.isnan(mean) else f"{mean:.2f}" for name, mean in means.items()}
    kinds = {"Var": "var_sortability", "R2": "r2_sortability"}
    parts = (f"{k}-sortability {said[n]} (lagged {said[f'{n}_lagged']})" for k, n in kinds.items())
    return f"\n{', '.join(parts)}"


def _failures(rows: pd.DataFrame) -> str:
    """Return a Markdown list of what did not end as ok, by method, status and reason."""
    cells = runs_of(rows)
    lost = cells[cells["status"] != "ok"].fillna({"reason": ""})
    if lost.empty:
        return "\nEvery planned run ended as ok."
    groups = lost.value_counts(["method", "status", "reason"], sort=False).reset_index()
    lines = [f"- {n} of {m}: {s}: {r}" for m, s, r, n in groups.itertuples(index=False)]
    return "\n# Runs without a score\n\n" + "\n".join(lines)
