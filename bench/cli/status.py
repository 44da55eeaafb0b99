"""`lagbench status FOLDER`: what a store holds, and which records other versions made."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.config.cell import STATUSES
from bench.store import MadeBy, Scan, Store, commands, provenance
from bench.store.exported import table_alone
from bench.store.locks import Locks
from bench.store.long_table import as_frame
from bench.store.record import load
from bench.store.store import Entry


def status(args: argparse.Namespace) -> int:
    """Print counts by method, what was left over, and the versions; return 0.

    Where only an exported table is left of the run, the counts and versions are those in it.

    Raises
    ------
    ValueError
        If the folder holds neither, or a command in it cannot be read.
    """
    exported = table_alone(args.folder)
    if exported is not None:
        _show_exported(exported)
        return 0
    store = Store(Path(args.folder))
    scan, cells = store.scan(), {cell.key: cell for cell in commands.load(store)}
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells.values():
        entry = scan.entries.get(cell.key)
        states[cell.method]["missing" if entry is None else entry.status] += 1
    for key, entry in scan.entries.items():
        if key not in cells:
            states[entry.head.method][entry.status] += 1
            states[entry.head.method]["of no command"] += 1
    print(_table(states))
    for line in (*_leftovers(scan, store), *_versions(scan.entries.values())):
        print(line)
    return 0


def _show_exported(path: Path) -> None:
    table = as_frame(path, ["key", "method", "status", "lagbench"]).drop_duplicates("key")
    states = {
        str(method): Counter(map(str, rows["status"])) for method, rows in table.groupby("method")
    }
    print(_table(states))
    print(f"from {path}; the cells themselves are not here")
    for version, n in table["lagbench"].value_counts().items():
        print(f"made by lagbench {version}: {n} records")


def _table(states: Mapping[str, Counter[str]]) -> str:
    """Return a line per method; columns without a count are left out."""
    columns = [
        c
        for c in (*STATUSES, "missing", "of no command")
        if c == "ok" or any(counts[c] for counts in states.values())
    ]
    width = max((len(method) for method in states), default=6)
    lines = ["  ".join([f"{'method':{width}}", *(f"{c:>8}" for c in columns)])]
    for method, counts in sorted(states.items()):
        cells = (f"{counts[c]:{max(8, len(c))}d}" for c in columns)
        lines.append("  ".join([f"{method:{width}}", *cells]))
    return "\n".join(lines)


def _leftovers(scan: Scan, store: Store) -> Iterable[str]:
    locked = Locks(store.root / "locks").keys()
    if locked:
        yield f"{len(locked)} cells are locked by runners"
    for reason in scan.strange.values():
        yield f"no record: {reason}"
    for reason in scan.unreadable.values():
        yield f"cannot be read: {reason}"
    if scan.newer:
        yield f"{len(scan.newer)} records of a newer lagbench, as {scan.newer[0]}"


def _versions(entries: Iterable[Entry]) -> Iterable[str]:
    """Yield a line for the records of this version and one for each other."""
    made: Counter[str] = Counter(_maker(load(entry.path).made_by) for entry in entries)
    here = _maker(provenance.everything())
    yield f"this version: {here}: {made.pop(here, 0)} records"
    for other, n in made.most_common():
        yield f"another version: {_difference(other, here)}: {n} records"


def _maker(made_by: MadeBy) -> str:
    """Return the code and packages that made a record, in one comparable line."""
    packages = sorted(made_by.versions.items())
    listed = (f"{name} {version}" for name, version in packages if name != "lagbench")
    return ", ".join([f"lagbench {made_by.code}", *listed])


def _difference(other: str, here: str) -> str:
    """Return the parts of one version line that another lacks."""
    known = set(here.split(", "))
    return ", ".join(part for part in other.split(", ") if part not in known) or "fewer packages"
