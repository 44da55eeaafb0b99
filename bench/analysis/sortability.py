"""How far the systems of a condition can be solved by sorting their variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.store import Record

if TYPE_CHECKING:
    import pandas as pd

SORTABILITY = {
    "var_sortability": "Var-sortability",
    "var_sortability_lagged": "Var-sortability, lagged",
    "r2_sortability": "R2-sortability",
    "r2_sortability_lagged": "R2-sortability, lagged",
}
"""Properties of a system, see `simulators.properties`, and their headings."""


def properties_of(record: Record | None) -> dict[str, float | None]:
    """Return each of `SORTABILITY` as the record has it; None where it is unknown or undefined."""
    return {name: None if record is None else record.properties.get(name) for name in SORTABILITY}


def mean_sortability(runs: pd.DataFrame) -> dict[str, float]:
    """Return the mean of each of `SORTABILITY` over the systems of one condition.

    All methods are run on the same systems, so that each seed counts once. NaN where no record
    knows it, as in older ones.
    """
    known = runs.astype(dict.fromkeys(SORTABILITY, float))
    systems = known.groupby("seed")[list(SORTABILITY)].first()
    return {str(name): float(mean) for name, mean in systems.mean().items()}
