"""The report on a run: `table.csv`, `table.md` and figures as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence

from bench.config import Cell
from bench.store import Scan, Store


def write_report(cells: Sequence[Cell], scan: Scan, store: Store) -> None:
    """Report on the planned cells: every one is counted, whether it ran, failed or is missing.

    The headline table is printed; the files go to `store.root`. They are written each time,
    so that they are never older than the records, the protocols or the code.
    """
    from bench.analysis.rows import collect
    from bench.report.figures import write_figures
    from bench.report.tables import write_tables

    print(write_tables(collect(cells, scan), store.root))
    write_figures(cells, scan, store.root)
    print(f"tables and figures are in {store.root}")
