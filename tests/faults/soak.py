"""A sweep of real cells that is killed at random moments, and the same on a Ray cluster.

    python tests/faults/soak.py [--cells 2000] [--kills 10] [--seed 0] [--ray]

Every kill is a kill -9 of the runner, which its fork servers and workers have to notice by
themselves. In the end each planned cell must be one whole row. With `--ray` the same cells then
run on a cluster of two nodes, one of which is killed half-way, and have to come out the same.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from bench.store import commands
from bench.store.record import load
from bench.store.store import Store

METHODS = ["var", "correlation", "sortability", "random"]
LOOPBACK = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ray", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        seeds = list(range(-(-args.cells // len(METHODS))))
        words = [
            f"method=[{','.join(METHODS)}]",
            "simulator=monotonic",
            "n_samples=200",
            f"seeds={seeds}".replace(" ", ""),
        ]
        here = killed(Path(folder), words, args.kills, np.random.default_rng(args.seed))
        if args.ray:
            there = on_ray(Path(folder), words)
            same = sum(here[key] == there.get(key) for key in here)
            print(f"cells whose metrics, data and truth are the same on both: {same}")
            assert same == len(here) == len(there)


def start(folder, words, **env):
    return subprocess.Popen(
        [sys.executable, "-m", "bench", "run", *words],
        cwd=folder,
        env={**os.environ, **LOOPBACK, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(folder, words, kills, rng):
    """Run the sweep with `kills` kills, spread over it, and return its rows."""
    store = Store(folder / "results" / "killed")
    words = [*words, "name=killed"]
    for k in range(kills):
        runner = start(folder, words)
        n = planned(store)
        # From the start of a run, which loads and scans, to well into its cells.
        target = n_records(store) + int(rng.uniform(0, 1.6 * n / (kills + 1)))
        while n_records(store) < target and runner.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.05))
        family = psutil.Process(runner.pid).children(recursive=True)
        runner.kill()
        runner.communicate()
        alive = psutil.wait_procs(family, timeout=10)[1]
        drafts = len(list(store.root.rglob(".*")))
        print(
            f"kill {k + 1:2d}: {n_records(store):5d} of {n} rows kept, {drafts} drafts left, "
            f"{len(family)} processes, {len(alive)} alive after it"
        )
        assert not alive
    return finish(folder, words, store, "after the kills")


def planned(store):
    """Wait for the plan of a sweep and return the number of its cells."""
    while not list((store.root / "commands").glob("[!.]*.json")):
        time.sleep(0.01)
    return len(commands.load(store))


def n_records(store):
    return sum(1 for _ in store.root.glob("cells/??/[0-9a-f]*.json"))


def finish(folder, words, store, when):
    """Run a sweep to its end, check every row and return what it holds."""
    runner = start(folder, words)
    _, said = runner.communicate()
    assert runner.returncode == 0, said
    return whole_rows(store, when)


def whole_rows(store, when):
    scan, cells = store.scan(), commands.load(store)
    assert set(scan.entries) == {cell.key for cell in cells}, "rows are lost or too many"
    rows = {}
    for key, entry in scan.entries.items():
        record = load(entry.path)
        assert record.status == "ok", record
        store.read_graph(entry)
        store.read_truth(record.truth)
        rows[key] = record.model_dump_json(include={"metrics", "data", "truth"})
    drafts = [path for path in store.root.rglob(".*") if path.is_file()]
    locks = list((store.root / "locks").glob("*"))
    print(
        f"{when}: {len(rows)} rows of {len(cells)} cells planned, {len(scan.strange)} strange "
        f"files, {len(drafts)} drafts, {len(locks)} locks"
    )
    assert not any((scan.strange, drafts, locks))
    return rows


def on_ray(folder, words):
    """Run the sweep on two nodes, kill one half-way, and return its rows."""
    store = Store(folder / "results" / "ray")
    script = Path(__file__).parent / "two_nodes.py"
    with subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, **LOOPBACK},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as cluster:
        address = next(line.split()[1] for line in cluster.stdout if line.startswith("address"))
        words = [*words, "name=ray", "executor=ray", f"executor.address={address}"]
        runner = start(folder, words)
        n = planned(store)
        while n_records(store) < n // 2:
            assert runner.poll() is None, runner.communicate()
            time.sleep(0.02)
        cluster.stdin.write("kill\n")
        cluster.stdin.flush()
        cluster.stdout.readline()
        print(f"ray: one of two nodes killed after {n_records(store)} of {n} rows")
        _, said = runner.communicate()
        assert runner.returncode == 0, said
        with contextlib.suppress(BrokenPipeError):
            cluster.stdin.close()
    return whole_rows(store, "on the cluster")


if __name__ == "__main__":
    main()
