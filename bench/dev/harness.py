"""Print the cost of a cell, of a sweep, of a re-run and of a plan."""

from __future__ import annotations

from bench.threads import pin

pin()

import sys  # noqa: E402 - threads are pinned before anything that could load numpy
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from bench.dev import overhead, peers  # noqa: E402

CELLS = 500
MANY = 10_000


def main() -> None:
    """Measure everything in one run, on an otherwise idle machine."""
    _cells()
    _smoke()
    _rerun()


def _cells() -> None:
    print(f"{CELLS} cells that do nothing, 2 at a time, whole commands")
    ours, hydra = peers.lagbench(CELLS), peers.hydra(CELLS)
    benchopt = peers.benchopt(CELLS)
    _row("lagbench, a process each", ours / CELLS, "at most 0.1")
    _row("Hydra -m, basic launcher", hydra / CELLS, f"{hydra / ours:.1f} times lagbench's")
    if benchopt is None:
        print("  benchopt                   not measured: it could not be installed")
    else:
        _row("benchopt, no isolation", benchopt / CELLS, f"{benchopt / ours:.2f} times lagbench's")


def _row(name: str, each: float, note: str) -> None:
    print(f"  {name:26} {each:8.4f} s per cell  ({note})", flush=True)


def _smoke() -> None:
    print("profile smoke, one cell at a time")
    with tempfile.TemporaryDirectory() as folder:
        parts = overhead.smoke(Path(folder))
    method = parts["method"]
    print(f"  {'':26} {'clock':>8} {'':8} {'CPU':>9}  (and % of the methods' own)")
    for name, (wall, cpu) in parts.items():
        shares = 100 * wall / method.wall, 100 * cpu / method.cpu
        print(f"  {name:26} {wall:8.2f} s {shares[0]:6.1f} % {cpu:7.2f} s {shares[1]:6.1f} %")
    print("  (isolation and records are what the harness adds; at most 5 %)", flush=True)


def _rerun() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        words = overhead.fill(root, MANY)
        plan = peers.seconds([sys.executable, "-m", "bench", "plan", *words], root)
        again = overhead.rerun(root, words)
    print(f"{MANY} cells, all done")
    print(f"  lagbench plan              {plan:8.2f} s, the whole command  (below 3)")
    print(f"  the same run again         {again:8.2f} s after its start, its report included")


if __name__ == "__main__":
    main()
