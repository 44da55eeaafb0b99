"""Verdicts on claims: `claims.csv` and `claims.md` of a profile, and the table of the page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.intervals import show
from bench.claims import Reading, Verdict
from bench.claims.verdict import EQUAL, UNDECIDED
from bench.config.cell import axes_text, value_text
from bench.config.protocol import shipped
from bench.report import labels
from bench.report.fdr import write_discoveries
from bench.report.markdown import markdown_table
from bench.store.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd

_HEADS = [
    "system",
    "method",
    "steps",
    "measure",
    "bound",
    "measured",
    "p",
    "verdict",
    "score",
    "published",
    "chance",
    "best trivial",
    "oracle",
    "CPU s",
    "systems",
]
_LEGEND = """
`measured` is what the bound is about: the mean over conditions, each counting once, with its 95 %
interval over new systems of these conditions. The verdict is that of the whole interval, as far as
it remains after Holm's correction over this table: `p` is the corrected p-value, and a claim whose
interval reaches over its bound, or whose p is above 0.05, is undecided. A difference within 0.02
of zero is equal. Of several rivals every one has to be beaten; the strongest is subtracted.
`score` is the metric itself, `published` what a publication reports for the method, `best trivial`
the best of correlation, sortability and persistence on the same systems, where they were run, and
`CPU s` the method alone. Where a system has regimes, scores are means over the graphs of its
regimes."""


def write_claims(verdicts: Sequence[Verdict], folder: Path) -> str:
    """Write `claims.csv`, `claims.md` and the figure of false discoveries; return the counts."""
    table = flat(verdicts)
    write_text(folder / "claims.csv", table.to_csv(index=False, float_format="%.6g"))
    counts = Counter(verdict.word for verdict in verdicts)
    said = ", ".join(f"{n} {word}" for word, n in counts.most_common())
    parts = [f"Claims: {said}.\n\n{_LEGEND.strip()}\n"]
    for heading, group in table.groupby("heading", sort=False):
        parts.append(f"\n## {heading}\n\n{markdown_table(_HEADS, _lines(group))}\n")
    write_text(folder / "claims.md", "".join(parts))
    write_discoveries(table, folder)
    return f"claims: {said}"


def flat(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Return one row per verdict and reading, with all numbers."""
    import pandas as pd

    return pd.DataFrame(
        _head(verdict) | _numbers(protocol, reading)
        for verdict in verdicts
        for protocol, reading in verdict.readings.items()
    )


def _head(verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    where = {name: _only(value) for name, value in verdict.where.items()}
    steps = where.pop("n_samples", None)
    where.pop("regimes", None)
    simulator = where.pop("simulator", "every system")
    own = axes_text(claim.parameters)
    return {
        "heading": claim.heading,
        "says": claim.says,
        "system": f"{value_text(simulator)} {axes_text(where)}".strip(),
        "method": f"{verdict.method} {own}".strip(),
        "steps": steps,
        "metric": claim.metric,
        "measure": claim.measure,
        "bound": claim.bound,
        "verdict": verdict.word,
        "published": claim.published,
        "target": claim.parameters.get("false_discovery_rate"),
    }


def _only(value: Any) -> Any:
    """Return the value of a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _numbers(protocol: str, reading: Reading) -> dict[str, Any]:
    compared, score = reading.compared, reading.score
    return {
        "protocol": protocol,
        **compared.numbers,
        "anew_low": reading.anew.low,
        "anew_high": reading.anew.high,
        "p_value": reading.p_value,
        "read": reading.word,
        "score": score.mean,
        "score_low": score.low,
        "score_high": score.high,
        "rival": reading.rival,
        "rival_score": reading.rival_score,
        "doubtful": ", ".join(reading.doubtful),
        "not_run": ", ".join(reading.not_run),
        "trivial": reading.trivial,
        "trivial_score": reading.trivial_score,
        "floor": reading.floor,
        "ceiling": reading.ceiling,
        "cpu_seconds": reading.cpu_seconds,
        "conditions": reading.conditions,
        "planned": reading.planned,
    }


def _lines(table: pd.DataFrame) -> list[list[str]]:
    """Return the rows of the Markdown table, in the order of `_HEADS`."""
    return [
        [
            row["system"],
            row["method"],
            _number(row["steps"], ",.0f"),
            _measure(row),
            row["bound"],
            show(row["mean"], row["low"], row["high"], 3),
            _number(row["p_value"], ".2g"),
            row["verdict"],
            show(row["score"], row["score_low"], row["score_high"]),
            _number(row["published"], ".4g"),
            _number(row["floor"], ".2f"),
            f"{row['trivial_score']:.2f} ({row['trivial']})" if row["trivial"] else "",
            _number(row["ceiling"], ".2f"),
            _number(row["cpu_seconds"], ".2g"),
            str(row["n"]),
        ]
        for row in table.to_dict("records")
    ]


def _measure(row: Mapping[Any, Any]) -> str:
    """Return what is measured, with the strongest rival, and with those that say less."""
    text = f"{row['measure']}"
    if row["rival"]:
        text += f" ({row['rival']} {row['rival_score']:.3f})"
    if row["doubtful"]:
        text += f"; not surely beaten: {row['doubtful']}"
    return f"{text}; not run: {row['not_run']}" if row["not_run"] else text


def _number(value: Any, form: str) -> str:
    known = isinstance(value, int | float) and not math.isnan(value)
    return format(value, form) if known else ""


def claims_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Return one row per verdict, with the text and the numbers of each protocol.

    A metric other than F1 reads the same under all of them.
    """
    import pandas as pd

    rows = []
    for verdict in verdicts:
        row: dict[str, Any] = {
            "says": verdict.claim.says,
            "reported": verdict.claim.reported,
            "experiment": verdict.experiment,
            "method": verdict.method,
            "verdict": verdict.word,
        }
        for protocol in shipped():
            name = protocol if protocol in verdict.readings else ""
            reading = verdict.readings[name]
            said = f", {reading.word}" if reading.word in (UNDECIDED, EQUAL) else ""
            row[protocol] = reading.told(labels.method) + said
            row |= {f"{protocol}_{key}": part for key, part in reading.compared.numbers.items()}
            row[f"{protocol}_p"] = reading.p_value
        rows.append(row)
    return pd.DataFrame(rows)
