"""The table of conditions: what trivial methods reach there, and what sorting would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.analysis.sortability import SORTABILITY
from bench.report import labels
from bench.report.page.table import Table, number, word

if TYPE_CHECKING:
    import pandas as pd


def conditions(found: pd.DataFrame) -> Table:
    """Return one row per experiment and condition; see `bench.analysis.conditions`."""
    heads = ["experiment", "condition", "steps", "systems", "AUPRC, best trivial", "AUPRC, best"]
    heads += ["trivially solvable", *SORTABILITY.values()]
    rows = [
        [
            word(labels.experiment(row["experiment"])),
            word(labels.condition(row["simulator"], row["axes"])),
            *map(number, (row["n_samples"], row["systems"])),
            number(
                row["trivial_auprc"],
                f"{row['trivial_auprc']:.2f} ({labels.method(row['trivial'])})",
                "-",
            ),
            number(row["best_auprc"], f"{row['best_auprc']:.2f}", "-"),
            word("yes" if row["solved"] else ""),
            *(number(row[name], f"{row[name]:.2f}", "-") for name in SORTABILITY),
        ]
        for row in found.to_dict("records")
    ]
    return Table("conditions", heads, rows, ("experiment",))
