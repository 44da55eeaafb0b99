"""The table of claims and their verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.claims.verdict import EQUAL, FAILS, HOLDS, SHOWN, UNDECIDED, UNTESTED, holds_only
from bench.config.protocol import shipped
from bench.report import labels
from bench.report.page.table import Entry, Table, word

if TYPE_CHECKING:
    import pandas as pd

# Verdict: its order among others, its sign, and its class in the page.
_LOOKS = {
    HOLDS: (0, "✓", "good"),
    **{holds_only(protocol): (1, "◐", "partly") for protocol in shipped()},
    EQUAL: (2, "=", "partly"),
    FAILS: (3, "✗", "bad"),
    UNDECIDED: (4, "?", "partly"),
    SHOWN: (5, "·", ""),
    UNTESTED: (6, "\N{EN DASH}", "absent"),
}


def claims(verdicts: pd.DataFrame) -> Table:
    """Return one row per claim and judged method."""
    heads = ["claim", "method", "verdict"]
    heads += [*(f"{protocol} protocol" for protocol in shipped()), "reported", "experiment"]
    rows = []
    for row in verdicts.to_dict("records"):
        order, sign, kind = _LOOKS[row["verdict"]]
        rows.append(
            [
                word(row["says"]),
                word(labels.method(row["method"])),
                Entry(f"{sign} {row['verdict']}", order, kind),
                *(word(row[name]) for name in shipped()),
                word(row["reported"]),
                word(labels.experiment(row["experiment"])),
            ]
        )
    return Table("claims", heads, rows, ("verdict", "method"))


@dataclass(frozen=True)
class Card:
    """A claim, its verdict with the class that colours it, whose it is, and the numbers."""

    says: str
    verdict: str
    kind: str
    method: str
    numbers: str
    reported: str


def cards(table: Table) -> list[Card]:
    """Return the decided claims as cards, those that hold first; the untested are left out."""
    found = []
    for row in sorted(table.rows, key=lambda row: row[2].key):
        says, method, verdict, *numbers, reported, _ = row
        if verdict.kind != "absent":
            text = numbers[-1].text or numbers[0].text
            found.append(
                Card(
                    says.text,
                    verdict.text,
                    verdict.kind,
                    method.text,
                    text,
                    reported.text,
                )
            )
    return found
