"""What a run leaves to read: `table.csv`, `table.md` and figures as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.config.cell import Cell
from bench.store import provenance
from bench.store.atomic import write_text
from bench.store.record import digest
from bench.store.store import Scan, Store

__all__ = ["write_report"]

_SUFFIXES = (".csv", ".md", ".png", ".svg")


def write_report(cells: Sequence[Cell], scan: Scan, store: Store) -> None:
    """Report on the planned cells: every one is counted, whether it ran, failed or is missing.

    The headline table is printed; the files go to `store.root`. Where the same code has reported
    on the same cells and records before, its files stay.
    """
    stamp, mark = _stamp(cells, scan), store.root / "cells" / "report.stamp"
    lines = mark.read_text(encoding="utf-8").splitlines() if mark.exists() else [""]
    if lines[0] != stamp or not all((store.root / name).exists() for name in lines[1:]):
        _write(cells, scan, store)
        written = [p.name for p in store.root.iterdir() if p.suffix in _SUFFIXES]
        mark.parent.mkdir(exist_ok=True)
        write_text(mark, "\n".join([stamp, *sorted(written)]))
    from bench.report.tables import read_headline

    print(read_headline(store.root / "table.md"))
    print(f"tables and figures are in {store.root}")


def _write(cells: Sequence[Cell], scan: Scan, store: Store) -> None:
    from bench.analysis.rows import collect
    from bench.report.figures import write_figures
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
