"""The table of claims and their verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.analysis.leaderboard import PROTOCOLS
from bench.claims.verdicts import VERDICTS
from bench.report.page.table import Entry, Table, word

if TYPE_CHECKING:
    import pandas as pd

_KINDS = dict(zip(VERDICTS, ["good", "partly", "partly", "bad", "partly", "absent"], strict=True))
_SIGNS = dict(zip(VERDICTS, "✓◐◐✗?–", strict=True))  # noqa: RUF001 - a dash for what was not tested


def claims(verdicts: pd.DataFrame) -> Table:
    """Return one row per statement and judged method."""
    heads = [
        "statement",
        "method",
        "verdict",
        "paper protocol",
        "fair protocol",
        "reported",
        "experiment",
    ]
    rows = []
    for row in verdicts.to_dict("records"):
        verdict = row["verdict"]
        rows.append(
            [
                *map(word, (row["says"], row["method"])),
                Entry(f"{_SIGNS[verdict]} {verdict}", VERDICTS.index(verdict), _KINDS[verdict]),
                *(word(row[name]) for name in PROTOCOLS),
                *map(word, (row["reported"], row["experiment"])),
            ]
        )
    return Table("claims", heads, rows, ("verdict", "method"))
