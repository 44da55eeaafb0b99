"""The tables: one long CSV with every metric, and Markdown for reading.

An interval is Student's 95 % interval of the mean over systems (seeds), cut to the values that a
metric can take. With three systems it is wide, and that is what three systems are worth.
"""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.analysis.rows import CONDITION, one_scope, protocols
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
_STAR = "\n\\* the mean of the runs that ended; under F1 (paper) the others count as 0"
_FIRST, _SECOND = "# Over all conditions", "# Each condition"

# Metrics that count or measure errors have no upper end; all others end at 1. Few can be negative.
_UNBOUNDED = ("shd", "tp", "fp", "fn", "reversed", "error", "n_found", "ratio", "cpu_seconds")
_LOWEST = {"ari": -0.5, "effect_r": -1.0, "difference": -1.0}


def interval(values: pd.Series, metric: str) -> tuple[float, float, float]:
    """Return mean, lower and upper end of Student's 95 % interval; ends are NaN below 2 values."""
    numbers = values.to_numpy(dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    n, mean = len(numbers), float(numbers.mean()) if len(numbers) else math.nan
    if n < 2:
        return mean, math.nan, math.nan
    half = _quantile(n - 1) * float(numbers.std(ddof=1)) / math.sqrt(n)
    lowest, highest = limits(metric)
    return mean, max(lowest, mean - half), min(highest, mean + half)


def limits(metric: str) -> tuple[float, float]:
    """Return the least and the largest value of a metric."""
    name = metric.rpartition(":")[2].partition("@")[0]
    return _LOWEST.get(name, 0.0), math.inf if name in _UNBOUNDED else 1.0


@functools.cache
def _quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's distribution."""
    from scipy import stats

    return float(stats.t.ppf(0.975, freedom))


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per condition, method and metric: mean, interval, floor, ceiling, counts."""
    import pandas as pd

    scored = pd.concat([rows[rows["scope"] != ""], protocols(rows)], ignore_index=True)
    counts = _counts(rows)
    out = []
    for keys, group in scored.groupby([*CONDITION, "method", "metric"], sort=False):
        mean, low, high = interval(group["value"], str(keys[-1]))
        n_ok, n_planned, cpu_seconds = counts[(*keys[:3], keys[4])]
        out.append(
            dict(zip([*CONDITION, "method", "metric"], keys, strict=True))
            | {"mean": mean, "low": low, "high": high}
            | {"floor": group["floor"].mean(), "ceiling": group["ceiling"].mean()}
            | {"n_ok": n_ok, "n_planned": n_planned, "cpu_seconds": cpu_seconds}
        )
    columns = [
        *CONDITION,
        "method",
        "metric",
        "mean",
        "low",
        "high",
        "floor",
        "ceiling",
        "n_ok",
        "n_planned",
        "cpu_seconds",
    ]
    return pd.DataFrame(out, columns=columns)


def _counts(rows: pd.DataFrame) -> dict[tuple[object, ...], tuple[int, int, float]]:
    """Return runs ok, runs planned and mean CPU seconds of each condition and method."""
    cells = rows.drop_duplicates(["simulator", "axes", "n_samples", "seed", "method"])
    return {
        keys: (
            int((group["status"] == "ok").sum()),
            len(group),
            float(group["cpu_seconds"].mean()),
        )
        for keys, group in cells.groupby(["simulator", "axes", "n_samples", "method"])
    }


def write_tables(rows: pd.DataFrame, folder: Path) -> None:
    """Write `table.csv` (every metric of every condition) and `table.md`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = summarise(rows)
    write_text(folder / "table.csv", table.to_csv(index=False, float_format="%.6g"))
    parts = [f"{_FIRST}\n", headline(rows), f"\n{_SECOND}\n"]
    for keys, group in table.groupby(CONDITION, sort=False):
        name, axes, n_samples, scope = keys
        parts.append(
            f"\n## {name} {axes}, n_samples {n_samples}, {scope} graph\n".replace(" ,", ",")
        )
        parts.append(_markdown(group))
    parts.append(_failures(rows))
    write_text(folder / "table.md", "\n".join(parts) + "\n")


def headline(rows: pd.DataFrame) -> str:
    """Return the Markdown table of each method's mean over all conditions.

    Each seed's mean over conditions is one value, so the interval is over systems. Where a system
    has regimes, the per-regime scores stand for it.
    """
    import pandas as pd

    scored = pd.concat([rows[rows["scope"] != ""], protocols(rows)], ignore_index=True)
    by_seed = (
        one_scope(scored)
        .groupby(["method", "metric", "seed"])[["value", "floor", "ceiling"]]
        .mean()
    )
    counts = _counts(rows)
    out = []
    for (method, metric), group in by_seed.groupby(["method", "metric"]):
        mean, low, high = interval(group["value"], str(metric))
        own = [count for keys, count in counts.items() if keys[3] == method]
        cpu_seconds = [count[2] for count in own if not math.isnan(count[2])]
        out.append(
            {"method": method, "metric": metric, "mean": mean, "low": low, "high": high}
            | {"floor": group["floor"].mean(), "ceiling": group["ceiling"].mean()}
            | {"n_ok": sum(c[0] for c in own), "n_planned": sum(c[1] for c in own)}
            | {"cpu_seconds": sum(cpu_seconds) / len(cpu_seconds) if cpu_seconds else math.nan}
        )
    cells = rows.drop_duplicates(["simulator", "axes", "n_samples", "seed", "method"])
    missing = int((cells["status"] == "missing").sum())
    shown = _markdown(pd.DataFrame(out)) if out else "No run has a score."
    if missing:
        shown += f"\n\n{missing} of {len(cells)} cells are missing: this table is partial"
    return shown


def _markdown(table: pd.DataFrame) -> str:
    """Return methods x metrics, best `F1 (fair)` first, then the chance level and the oracle."""
    entries = table.set_index(["method", "metric"])

    def at(method: str, metric: str, part: str) -> float:
        return float(entries[part].get((method, metric), math.nan))

    def line(method: str) -> list[str]:
        first = table[table["method"] == method].iloc[0]
        scores = [
            show(at(method, m, "mean"), at(method, m, "low"), at(method, m, "high")) for m in SHOWN
        ]
        star = "*" if first["n_ok"] < first["n_planned"] else ""
        runs = f"{first['n_ok']} / {first['n_planned']}"
        return [f"{method}{star}", *scores, runs, f"{first['cpu_seconds']:.2g}"]

    fair = {method: at(method, "f1 fair", "mean") for method in table["method"].unique()}
    best_first = sorted(fair, key=lambda m: (math.isnan(fair[m]), -fair[m], m))
    rows = [line(method) for method in best_first]
    for bound in ("floor", "ceiling"):
        means = [table.loc[table["metric"] == metric, bound].mean() for metric in SHOWN]
        rows.append([f"*{bound}*", *(f"{mean:.2f}" for mean in means), "", ""])
    text = markdown_table(["method", *SHOWN.values(), "ok / planned", "CPU s"], rows)
    return f"{text}\n{_STAR}" if (table["n_ok"] < table["n_planned"]).any() else text


def show(mean: float, low: float, high: float, digits: int = 2) -> str:
    """Return a mean and its interval as text, `-` for NaN."""
    if math.isnan(mean):
        return "-"
    if math.isnan(low):
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def _failures(rows: pd.DataFrame) -> str:
    """Return a Markdown list of what did not end as ok, by method, status and reason."""
    cells = rows.drop_duplicates(["simulator", "axes", "n_samples", "seed", "method"])
    lost = cells[cells["status"] != "ok"].fillna({"reason": ""})
    if lost.empty:
        return "\nEvery planned run ended as ok."
    groups = lost.value_counts(["method", "status", "reason"], sort=False).reset_index()
    lines = [f"- {n} of {m}: {s}: {r}" for m, s, r, n in groups.itertuples(index=False)]
    return "\n# Runs without a score\n\n" + "\n".join(lines)
