"""Following a run: a bar on a terminal, plain lines elsewhere, and a closing summary."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.cells import Cell
from bench.runner import run
from bench.settings import Settings
from bench.store import Store

_EVERY = 30.0  # seconds between two lines when the output is not a terminal


def follow(cells: Sequence[Cell], store: Store, settings: Settings) -> int:
    """Run the missing cells while showing counts and time left; return how many failed."""
    from tqdm import tqdm

    # Two labels of one cell, or a seed given twice, are one run.
    unique = {cell.key: cell for cell in cells}
    todo = [cell for key, cell in unique.items() if not store.done(key)]
    done = len(unique) - len(todo)
    print(f"{settings.name}: {len(unique)} cells, {done} done, {len(todo)} to run", flush=True)
    failures: Counter[tuple[str, str]] = Counter()
    terminal = sys.stderr.isatty()
    started = said = time.monotonic()
    with tqdm(total=len(todo), unit="cell", disable=not terminal) as bar:
        for count, (cell, record) in enumerate(run(todo, store, settings), start=1):
            bar.update()
            if record["status"] not in ("ok", "declined"):
                failures[cell.method, record["status"]] += 1
                bar.write(_failure(cell, record), file=sys.stderr)
            if not terminal and (time.monotonic() - said > _EVERY or count == len(todo)):
                said = time.monotonic()
                print(_line(count, len(todo), said - started), flush=True)
    for (method, status), n in sorted(failures.items()):
        print(f"{n} cells of {method} ended as {status}", file=sys.stderr)
    return failures.total()


def _failure(cell: Cell, record: dict[str, Any]) -> str:
    axes = "".join(f" {name}={value}" for name, value in cell.axes.items())
    return (
        f"{record['status']}: {cell.method} on {cell.simulator}{axes} n_samples={cell.n_samples} "
        f"seed={cell.seed}: {record['reason']}"
    )


def _line(count: int, total: int, elapsed: float) -> str:
    left = elapsed / count * (total - count)
    return f"{count} of {total} cells, {elapsed:.0f} s so far, about {left:.0f} s left"
