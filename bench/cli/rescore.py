"""`lagbench rescore FOLDER`: every metric again from the stored graphs and truths."""

from __future__ import annotations

import argparse
import sys
import zipfile

from bench.run.cell import metrics
from bench.store import Store, commands, provenance
from bench.store.exported import refuse_without_graphs
from bench.store.locks import Locks
from bench.store.record import load
from bench.store.store import Entry


def rescore(args: argparse.Namespace) -> int:
    """Score every stored graph, rewrite its record and the report; no method is run.

    Returns 1 if a record could not be scored again, else 0. Records that a runner holds are left
    to it.

    Raises
    ------
    ValueError
        If the folder holds no store, or an exported table alone.
    """
    refuse_without_graphs(args.folder, "rescore")
    store = Store.open(args.folder)
    locks = Locks(store.root / "locks")
    outcomes = {"rescored": 0, "changed": 0, "being run": 0, "not possible": 0}
    try:
        for key, entry in store.scan().entries.items():
            if entry.status != "ok":
                continue
            if not locks.take(key):
                outcomes["being run"] += 1
                continue
            outcome = _rescore(store, entry)
            outcomes[outcome] += 1
            locks.release(key)
    finally:
        locks.release_all()
    outcomes["rescored"] += outcomes["changed"]
    print(", ".join(f"{n} {outcome}" for outcome, n in outcomes.items()))
    cells = commands.load(store)
    if cells:  # a store of schema 1 has no commands
        from bench.report.run_report import write_report

        write_report(cells, store.scan(), store)
    return int(outcomes["not possible"] > 0)


def _rescore(store: Store, entry: Entry) -> str:
    record = load(entry.path)
    if record.truth is None:
        print(f"{entry.path}: holds no truth; run its cell again with force", file=sys.stderr)
        return "not possible"
    try:
        graph, truth = store.read_graph(entry), store.read_truth(record.truth)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        print(f"{entry.path}: its graph or truth cannot be read ({error})", file=sys.stderr)
        return "not possible"
    scores = metrics(record.cell["seed"], graph, truth)
    changed = scores != record.metrics
    record.metrics, record.scored_by = scores, provenance.code()
    store.write(record)
    return "changed" if changed else "rescored"
