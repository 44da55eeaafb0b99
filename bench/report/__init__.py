"""What a run leaves to read: `table.csv`, `table.md` and figures as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence

from bench.cells import Cell
from bench.report.figures import write_figures
from bench.report.rows import collect
from bench.report.tables import headline, write_tables
from bench.store import Store

__all__ = ["write_report"]


def write_report(cells: Sequence[Cell], store: Store) -> None:
    """Report on the planned cells: every one is counted, whether it ran, failed or is missing.

    The headline table is printed; the files go to `store.root`.
    """
    rows = collect(cells, store)
    write_tables(rows, store.root)
    write_figures(rows, store.root)
    print(headline(rows))
    print(f"tables and figures are in {store.root}")
