"""A sweep that is stopped in any way goes on where it was, and every cell is one row."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.config.grid import expand
from bench.run.sweep import sweep
from bench.store.record import load
from bench.store.store import Store

TWENTY = ["simulator=linear", "n_samples=100", f"seeds={list(range(20))}".replace(" ", "")]


def wait_for(condition, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def n_records(store):
    return len(list(store.root.glob("cells/*/[0-9a-f]*.json")))


def family(pid):
    return psutil.Process(pid).children(recursive=True)


@pytest.mark.slow
def test_kill_9_of_the_runner_then_resume(lagbench, rows):
    """Nothing finished is lost, no worker lives on, and the same command does the rest."""
    words = ["run", "method=[stops_after_eight]", *TWENTY]
    runner = lagbench.start(*words)
    store = lagbench.store()
    wait_for(lambda: n_records(store) == 8)
    workers = family(runner.pid)
    runner.kill()
    runner.communicate()
    assert len(workers) >= 2
    assert not psutil.wait_procs(workers, timeout=120)[1]
    (lagbench.scratch / "go").touch()
    kept = {path: path.stat().st_mtime_ns for path in store.root.glob("cells/*/*.json")}
    assert len(kept) == 8
    done = lagbench(*words)
    assert done.returncode == 0, done.stderr
    assert f"20 cells, {len(kept)} done, {20 - len(kept)} to run" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    entries = store.scan().entries
    assert len(entries) == 20
    assert all(entry.status == "ok" for entry in entries.values())
    assert not list((store.root / "locks").iterdir())
    assert not [path for path in store.root.rglob(".*") if path.is_file()]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_ends_everything_and_says_how_to_go_on(lagbench, name):
    runner = lagbench.start("run", "method=[hangs_in_c,hangs]", *TWENTY)
    store = lagbench.store()
    wait_for(lambda: len(list(store.root.glob("cells/*/*.log"))) == 2)
    workers = family(runner.pid)
    runner.send_signal(getattr(signal, name))
    _, said = runner.communicate(timeout=120)
    assert runner.returncode == 128 + getattr(signal, name)
    assert not psutil.wait_procs(workers, timeout=120)[1]
    assert "the same command goes on" in said
    assert n_records(store) == 0
    assert not list((store.root / "locks").iterdir())


# Writers are forked by a process that has loaded all they need.
WRITERS = """
import os
import sys
import numpy as np
from pathlib import Path
from bench.config.cell import Cell
from bench.store.store import Store
from bench.run.cell import base_record
from methods import LaggedGraph

store = Store(Path(sys.argv[1]))
cell = Cell("s", "m", "structural", {}, {}, 100, 0, "own")
names = tuple(f"x{i}" for i in range(40))

def write(k):
    graph = LaggedGraph(np.full((40, 40, 20), float(k)), names)
    record = base_record(cell, status="ok", reason=str(k) * 20000)
    store.write_truth(graph, cell.key)
    store.write(record, graph)

for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        write(0)
        print(os.getpid(), flush=True)
        for k in range(1, 10**9):
            write(k)
    os.waitpid(pid, 0)
    print("ended", flush=True)
"""


@pytest.fixture
def writers(tmp_path):
    """A process that forks a writer for each line, and says its id and when it has ended."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    words = [sys.executable, "-c", WRITERS, tmp_path]
    with subprocess.Popen(words, text=True, **pipes) as process:
        yield process
        process.kill()


@pytest.mark.slow
def test_kill_9_during_a_write_fifty_times_leaves_whole_files(tmp_path, writers):
    """Whenever a writer is killed, record, graph and truths can be read."""
    rng = np.random.default_rng(0)
    store = Store(tmp_path)
    drafts = 0
    for _ in range(50):
        writers.stdin.write("another\n")
        writers.stdin.flush()
        pid = int(writers.stdout.readline())
        time.sleep(rng.uniform(0, 0.05))
        os.kill(pid, signal.SIGKILL)
        assert writers.stdout.readline() == "ended\n"
        scan = store.scan()
        assert not scan.strange
        (entry,) = scan.entries.values()
        record = load(entry.path)
        assert record.status == "ok"
        assert store.read_graph(entry).scores.shape == (40, 40, 20)
        for path in (tmp_path / "truths").glob("[!.]*.npz"):
            assert store.read_truth(path.stem).scores.shape == (40, 40, 20)
            path.unlink()
        drafts += len(list(tmp_path.rglob(".*.*")))
        store.clear_drafts(entry.path.stem)
        assert not list(tmp_path.rglob(".*.*"))
    # Otherwise no kill has hit a write, and this would have shown nothing.
    assert drafts > 5


@pytest.mark.slow
def test_two_runners_at_once_do_every_cell_once(lagbench):
    words = ["run", "method=[meets]", *TWENTY]
    runners = [lagbench.start(*words) for _ in range(2)]
    said = [runner.communicate(timeout=300) for runner in runners]
    assert [runner.returncode for runner in runners] == [0, 0], said
    store = lagbench.store()
    assert len(store.scan().entries) == 20
    done = (lagbench.scratch / "notes").read_text().split()
    assert len(done) == 20
    assert len({line.partition("/")[2] for line in done}) == 20
    pids = {line.partition("/")[0] for line in done}
    assert len(pids) == 2
    assert not list((store.root / "locks").iterdir())


def test_a_second_run_does_what_is_missing_and_retry_and_force_name_more(
    settings, tmp_path, capsys, rows
):
    config = settings("Works", "Raises", "Declines", "Exits")
    cells, store = expand(config), Store(tmp_path)

    def run(**changes):
        before = {cell.key: store.signature(cell.key) for cell in cells}
        config = settings("Works", "Raises", "Declines", "Exits", **changes)
        lost = sweep(cells, store, config).lost
        rows(store, cells)
        redone = {c.method.split(":")[1] for c in cells if store.signature(c.key) != before[c.key]}
        return lost, redone

    assert run() == (2, {"Works", "Raises", "Declines", "Exits"})
    assert run() == (2, set())
    said = capsys.readouterr()
    assert "4 cells, 2 done, 2 failed, 0 to run" in said.out
    assert "1 cells of faulty:Raises ended as error: RuntimeError: no luck" in said.err
    assert "retry=[crashed,error]" in said.err
    assert run(retry=("error",)) == (2, {"Raises"})
    assert run(retry=("crashed", "declined")) == (2, {"Exits", "Declines"})
    assert run(force=("faulty:Works",)) == (2, {"Works"})


def test_what_an_executor_has_not_run_again_still_counts_as_lost(
    settings, tmp_path, capsys, monkeypatch
):
    """A retried cell keeps its old record until it has a new one."""

    class RunsNothing:
        def run(self, work, settings):
            yield None

    cells, store = expand(settings("Raises")), Store(tmp_path)
    assert sweep(cells, store, settings("Raises")).lost == 1
    monkeypatch.setattr("bench.run.executors.load", lambda node: RunsNothing())
    assert sweep(cells, store, settings("Raises", retry=("error",))).lost == 1
    assert "1 cells were not run; the same command runs them" in capsys.readouterr().err


def test_a_reader_that_leaves_does_not_end_the_sweep(lagbench):
    reader, writer = os.pipe()
    sweep = lagbench.start("run", "method=[raises]", *TWENTY, stdout=writer, stderr=writer)
    os.close(writer)
    os.read(reader, 10)
    os.close(reader)
    sweep.wait(timeout=300)
    assert sweep.returncode == 141
    assert len(lagbench.store().scan().entries) == 20


def test_the_locks_of_a_dead_runner_are_free_at_once(settings, tmp_path):
    """A runner killed with kill -9 leaves the file of its lock, and nobody waits for it."""
    config = settings("Works")
    (cell,) = expand(config)
    code = (
        "import sys, os; from pathlib import Path; from bench.store.locks import Locks\n"
        "assert Locks(Path(sys.argv[1])).take(sys.argv[2]); os.kill(os.getpid(), 9)"
    )
    folder = tmp_path / "locks"
    subprocess.run([sys.executable, "-c", code, folder, cell.key], check=False)
    assert (folder / cell.key).exists()
    assert sweep([cell], Store(tmp_path), config).lost == 0
    assert not list(folder.iterdir())


def test_shards_are_disjoint_and_complete(settings, tmp_path):
    words = ("Works", "Declines", "Random")
    cells = expand(settings(*words[:2], seeds=tuple(range(9))))
    seen = []
    for part in (1, 2, 3, 4):
        config = settings(*words[:2], shard=f"{part}/4")
        store = Store(tmp_path / str(part))
        sweep(cells, store, config)
        seen += list(store.scan().entries)
    assert len(seen) == len(cells)
    assert set(seen) == {cell.key for cell in cells}


@pytest.mark.slow
def test_a_small_soak(tmp_path):
    """`make soak` is the same with 2,000 cells, ten kills and a Ray cluster."""
    soak = Path(__file__).parent / "soak.py"
    done = subprocess.run(
        [sys.executable, soak, "--cells", "40", "--kills", "3"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 rows of 40 cells planned, 0 strange files, 0 drafts, 0 locks" in done.stdout
