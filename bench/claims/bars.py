"""The bars of a profile, judged: `bars.csv`, `bars.md` and the figure of false discoveries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.analysis.rows import collect
from bench.config.cell import Cell
from bench.config.claim import Bar
from bench.report.tables import interval, show
from bench.store.atomic import write_text
from bench.store.store import Scan, Store

if TYPE_CHECKING:
    import pandas as pd

_HEADS = [
    "system",
    "method",
    "steps",
    "measure",
    "bar",
    "mean",
    "met",
    "ours",
    "published",
    "floor",
    "ceiling",
    "of ceiling",
    "CPU s",
    "systems",
]
_NUMBERS = [
    "target",
    "mean",
    "low",
    "high",
    "score",
    "score_low",
    "score_high",
    "floor",
    "ceiling",
    "of_ceiling",
    "cpu_seconds",
]
_LEGEND = """
`mean` is what the bar judges: the measure, averaged over systems, with Student's 95 % interval.
`ours` is the metric itself, `published` what a publication reports for the method, `CPU s` the
method alone. Where a system has regimes, scores are means over the graphs of its regimes."""

Methods = Mapping[str, Mapping[str, Any]]


def write_bars(
    bars: Sequence[Bar], cells: Sequence[Cell], scan: Scan, store: Store, methods: Methods
) -> str:
    """Write the judged bars to `store.root`; return how many are met.

    `methods` holds the settings of the profile, see `Bar.cells`.
    """
    from bench.report.fdr import write_discoveries

    table = judge(bars, cells, scan, methods)
    write_text(store.root / "bars.csv", table.to_csv(index=False, float_format="%.6g"))
    counts = table["met"].value_counts()
    said = ", ".join(f"{counts.get(word, 0)} {word}" for word in ("met", "not met", "not run"))
    write_text(store.root / "bars.md", f"Bars: {said}.\n{_markdown(table)}")
    write_discoveries(table, store.root)
    return f"bars: {said}"


def judge(
    bars: Sequence[Bar], cells: Sequence[Cell], scan: Scan, methods: Methods
) -> pd.DataFrame:
    """Return one row per bar and condition that it is judged on.

    `mean`, `low` and `high` are of what is compared with the bar: the score, its ratio or its
    difference, with Student's 95 % interval over systems. `score` is the metric itself, `rival`
    the mean of what was subtracted.
    """
    import pandas as pd

    rows = []
    for bar in bars:
        found = list(_judged(bar, cells, scan, methods))
        # A bar on every condition concerns those on which its metric is defined.
        defined = [row for row in found if bar.simulator or not math.isnan(row["mean"])]
        rows += defined or [_head(bar)]
    return pd.DataFrame(rows)


def _judged(
    bar: Bar, cells: Sequence[Cell], scan: Scan, methods: Methods
) -> Iterator[dict[str, Any]]:
    chosen, rivals = bar.cells(cells, methods), bar.rivals(cells)
    if not chosen:
        return
    others = collect(rivals, scan) if rivals else None
    settings = {**methods.get(bar.method, {}), **bar.parameters}
    condition = ["simulator", "axes", "n_samples"]
    for keys, group in collect(chosen, scan).groupby(condition, sort=False):
        scores, each = _scores(group, bar.metric), group.drop_duplicates("seed")
        here = None if others is None else others.merge(group[condition].drop_duplicates())
        kind, compared, rival = _compared(bar, group, scores, here)
        mean, low, high = interval(compared, kind)
        score, score_low, score_high = interval(scores["value"], bar.metric)
        yield _head(bar) | {
            "system": f"{keys[0]} {keys[1]}".strip(),
            "steps": keys[2],
            "target": settings.get("false_discovery_rate"),
            **{"mean": mean, "low": low, "high": high, "met": _met(bar, mean), "rival": rival},
            **{"score": score, "score_low": score_low, "score_high": score_high},
            "floor": scores["floor"].mean(),
            "ceiling": scores["ceiling"].mean(),
            "of_ceiling": (scores["value"] / scores["ceiling"].where(lambda c: c > 0)).mean(),
            "cpu_seconds": each["cpu_seconds"].astype(float).mean(),
            "systems": f"{compared.notna().sum()} / {len(each)}",
        }


def _scores(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return value, floor and ceiling of each seed; of the regimes where there are some."""
    part = rows[rows["metric"] == metric.replace("fdr@", "precision@")]
    regimes = part[part["scope"] == "per_regime"]
    part = part if regimes.empty else regimes
    table = part.set_index("seed")[["value", "floor", "ceiling"]].astype(float)
    return 1 - table if metric.startswith("fdr@") else table


def _compared(
    bar: Bar, rows: pd.DataFrame, scores: pd.DataFrame, others: pd.DataFrame | None
) -> tuple[str, pd.Series, str]:
    """Return what is compared with the bar, its kind for `interval`, and the rival's mean."""
    value = scores["value"]
    if bar.against is None:
        return bar.metric, value, ""
    if bar.against == "ceiling":
        return "ratio", value / scores["ceiling"], ""
    if isinstance(bar.against, str):
        each = {bar.against: _scores(rows, bar.against)["value"]}
    elif others is not None:
        groups = others.groupby("method")
        each = {str(name): _scores(group, bar.metric)["value"] for name, group in groups}
    else:
        return "difference", value * math.nan, ""
    means = {name: scores.mean() for name, scores in each.items() if scores.notna().any()}
    if not means:
        return "difference", value * math.nan, ""
    name = max(means, key=lambda name: means[name])
    return "difference", value - each[name], f"{name} {each[name].mean():.3f}"


def _head(bar: Bar) -> dict[str, Any]:
    """Return what a row says of its bar, and nothing of a result."""
    axes = [f"{key}={value}" for key, value in bar.axes.items()]
    own = [f"{key}={value}" for key, value in bar.parameters.items()]
    limits = [("≥", bar.at_least), ("≤", bar.at_most)]
    return {
        "work": bar.work,
        "metric": bar.metric,
        "measure": _measure(bar),
        "system": " ".join([bar.simulator or "every system", *axes]),
        "method": " ".join([bar.method, *own]),
        "steps": bar.n_samples,
        "bar": " ".join(f"{sign} {limit:g}" for sign, limit in limits if limit is not None),
        "paper": bar.paper,
        "met": "not run",
        **{"rival": "", "systems": ""},
        **dict.fromkeys(_NUMBERS, math.nan),
    }


def _measure(bar: Bar) -> str:
    if bar.against is None:
        return bar.metric
    if bar.against == "ceiling":
        return f"{bar.metric} / ceiling"
    rivals = [bar.against] if isinstance(bar.against, str) else bar.against
    return f"{bar.metric} - {'best of ' * (len(rivals) > 1)}{', '.join(rivals)}"


def _met(bar: Bar, mean: float) -> str:
    if math.isnan(mean):
        return "not run"
    if bar.at_least is None and bar.at_most is None:
        return ""
    low = -math.inf if bar.at_least is None else bar.at_least
    high = math.inf if bar.at_most is None else bar.at_most
    return "met" if low <= mean <= high else "not met"


def _markdown(table: pd.DataFrame) -> str:
    lines = [_LEGEND]
    for work, group in table.groupby("work", sort=False):
        lines += [f"\n## {work}\n", "| " + " | ".join(_HEADS) + " |", "|---" * len(_HEADS) + "|"]
        lines += ["| " + " | ".join(_line(row)) + " |" for row in group.to_dict("records")]
    return "\n".join(lines) + "\n"


def _line(row: Mapping[Any, Any]) -> list[str]:
    """Return one row of the Markdown table, in the order of `_HEADS`."""
    return [
        row["system"],
        row["method"],
        _number(row["steps"], ",.0f"),
        f"{row['measure']} ({row['rival']})" if row["rival"] else row["measure"],
        row["bar"],
        show(row["mean"], row["low"], row["high"], 3),
        row["met"],
        show(row["score"], row["score_low"], row["score_high"]),
        _number(row["paper"], ".4g"),
        *(_number(row[name], ".2f") for name in ("floor", "ceiling", "of_ceiling")),
        _number(row["cpu_seconds"], ".2g"),
        row["systems"],
    ]


def _number(value: float | None, form: str) -> str:
    return "" if value is None or math.isnan(value) else format(value, form)
