"""What a run leaves to read: `table.csv`, `table.md` and figures as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence

from bench.config.cell import Cell
from bench.store.store import Scan, Store


def write_report(cells: Sequence[Cell], scan: Scan, store: Store) -> None:
    """Report on the planned cells: every one is counted, whether it ran, failed or is missing.

    The headline table is printed; the files go to `store.root`.
    """
    from bench.analysis.rows import Labels, rows_of
    from bench.report.figures import write_figures
    from bench.report.tables import write_tables

    labels = Labels(cells)
    rows = rows_of(cells, scan.read, labels)
    print(write_tables(rows, store.root))
    write_figures(rows, labels, store.root)
    print(f"tables and figures are in {store.root}")
