"""What lies in a folder without the cells of its run: an exported table, and a committed page.

Folders of results are shared without their records. Such a folder has a table that
`lagbench export` wrote, and the page that was made while the stored graphs were still there.
"""

from __future__ import annotations

from pathlib import Path

from bench.store.long_table import find_table, scored_keys
from bench.store.store import Store
from methods.types.errors import InputError


def table_alone(folder: str | Path) -> Path | None:
    """Return the exported table of a folder that has no cells, or None where it has cells.

    Raises
    ------
    ValueError
        If the folder holds neither.
    """
    root = Path(folder)
    if (root / "cells").is_dir():
        return None
    table = find_table(root)
    if table is None:
        Store.open(root)  # which says what was expected
    return table


def refuse_without_graphs(folder: str | Path, what: str) -> None:
    """Refuse a folder of which only the exported table is there.

    Raises
    ------
    ValueError
        Says what needs the stored graphs, and what to do.
    """
    table = table_alone(folder)
    if table is not None:
        raise InputError(
            f"folder: {what} needs the graphs that a run stores under cells/, found only "
            f"{table}; run the cells again, or give the folder in which they were run"
        )


def scored_elsewhere(folder: Path) -> int:
    """Return how many cells the exported table of a folder has scored and its cells have not."""
    table = find_table(folder)
    if table is None:
        return 0
    entries = Store(folder).scan().entries.items()
    return len(scored_keys(table) - {key for key, entry in entries if entry.status == "ok"})
