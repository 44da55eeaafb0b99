"""What a run leaves to read: `table.csv`, `table.md` and figures as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench import provenance
from bench.cells import Cell
from bench.files import write_text
from bench.records import digest
from bench.store import Scan, Store

__all__ = ["write_report"]


def write_report(cells: Sequence[Cell], scan: Scan, store: Store) -> None:
    """Report on the planned cells: every one is counted, whether it ran, failed or is missing.

    The headline table is printed; the files go to `store.root`. Where the same code has reported
    on the same cells and records before, its files stay.
    """
    stamp, mark = _stamp(cells, scan), store.root / "cells" / "report.stamp"
    table = store.root / "table.md"
    known = mark.exists() and table.exists() and mark.read_text(encoding="utf-8") == stamp
    if not known:
        _write(cells, scan, store)
        mark.parent.mkdir(exist_ok=True)
        write_text(mark, stamp)
    from bench.report.tables import read_headline

    print(read_headline(table))
    print(f"tables and figures are in {store.root}")


def _write(cells: Sequence[Cell], scan: Scan, store: Store) -> None:
    from bench.report.figures import write_figures
    from bench.report.rows import collect
    from bench.report.tables import write_tables

    rows = collect(cells, scan)
    write_tables(rows, store.root)
    write_figures(rows, store.root)


def _stamp(cells: Sequence[Cell], scan: Scan) -> str:
    """Return a hash of the report's code, the cells and the state of their records."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    lines = [provenance.describe(provenance.code()), *(str(s.stat().st_mtime_ns) for s in sources)]
    for cell in cells:
        entry = scan.entries.get(cell.key)
        state = None if entry is None else entry.signature
        lines.append(f"{cell.key} {cell.simulator} {cell.axes} {state}")
    return digest("\n".join(lines).encode())
