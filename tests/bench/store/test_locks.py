"""A lock is one runner's, and free as soon as its owner has released it or is dead."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading

from bench.config.grid import expand
from bench.run.cell import base_record
from bench.run.work_queue import Work
from bench.store.locks import Locks
from bench.store.store import Store

HOLD = """
import sys, time
from pathlib import Path
from bench.store.locks import Locks

locks = Locks(Path(sys.argv[1]))
assert all(locks.take(key) for key in sys.argv[2:])
print("held", flush=True)
time.sleep(600)
"""


def test_only_one_of_many_takes_a_lock(tmp_path):
    takers = [Locks(tmp_path) for _ in range(16)]
    barrier, taken = threading.Barrier(len(takers)), []

    def race(locks):
        barrier.wait()
        taken.extend(key for key in map(str, range(50)) if locks.take(key))

    threads = [threading.Thread(target=race, args=(locks,)) for locks in takers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(map(str, range(50)))


def count(folder, counter, rounds):
    """Raise a number in a file, one at a time; without a lock some would be lost."""
    locks = Locks(folder)
    done = 0
    while done < rounds:
        if locks.take("k"):
            counter.write_text(str(int(counter.read_text()) + 1))
            locks.release("k")
            done += 1


def test_a_lock_that_is_released_and_removed_is_still_held_by_one_at_a_time(tmp_path):
    """Its file is unlinked at every release, while others are about to lock it."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=count, args=(tmp_path / "locks", counter, 100)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert counter.read_text() == "300"
    assert not list((tmp_path / "locks").iterdir())


@contextlib.contextmanager
def held_elsewhere(folder, *keys, code=HOLD):
    """Yield a process that holds locks; what it has started is killed with it."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, folder, *keys],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_living_runner_keeps_its_lock_and_a_dead_one_does_not(tmp_path):
    """Whatever a clock says, and without asking which processes there are."""
    locks = Locks(tmp_path)
    with held_elsewhere(tmp_path, "k") as owner:
        os.utime(tmp_path / "k", (0, 0))
        assert not locks.take("k")
        assert locks.keys() == {"k"}
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert locks.take("k")
    locks.release("k")
    assert not list(tmp_path.iterdir())


def test_a_lock_is_not_handed_to_a_child(tmp_path):
    """Otherwise it would stay held by what a dead runner has started."""
    code = HOLD.replace("time.sleep(600)", "import subprocess\nsubprocess.Popen(['sleep', '600'])")
    with held_elsewhere(tmp_path, "k", code=code) as owner:
        owner.wait(timeout=30)
        assert Locks(tmp_path).take("k")


def test_locks_of_finished_cells_are_tidied_unless_held(tmp_path):
    for key in ("done", "open"):
        (tmp_path / key).touch()  # of a runner that is dead
    with held_elsewhere(tmp_path, "held"):
        Locks(tmp_path).tidy(["done", "held"])
        assert sorted(path.name for path in tmp_path.iterdir()) == ["held", "open"]


def works(cells, store, n=2):
    planned = {key: entry.signature for key, entry in store.scan().entries.items()}
    return [Work(cells, store, planned) for _ in range(n)]


def drain(work, done):
    """Do all that a runner can take just now."""
    while (cell := work.take()) is not None:
        work.store.write(base_record(cell, status="ok"))
        done.append(cell.key)
        work.end(cell)


def test_work_shared_by_two_runners_is_done_once_even_when_forced(settings, tmp_path):
    cells, store = expand(settings("Works", seeds=tuple(range(10)))), Store(tmp_path)
    for _ in ("missing", "forced"):
        one, other = works(cells, store)
        done = []
        held = [one.take(), one.take()]
        drain(other, done)
        assert len(done) == 8
        assert not other.over
        for cell in held:
            store.write(base_record(cell, status="ok"))
            done.append(cell.key)
            one.end(cell)
        other._looked = one._looked = -1e9
        assert one.take() is other.take() is None
        assert len(one.ended_elsewhere()) == 8
        assert len(other.ended_elsewhere()) == 2
        assert one.over
        assert other.over
        assert sorted(done) == sorted(cell.key for cell in cells)


def test_work_of_a_runner_that_gave_up_is_done_by_the_other(settings, tmp_path):
    cells, store = expand(settings("Works", seeds=(0, 1))), Store(tmp_path)
    one, other = works(cells, store)
    one.take()
    done = []
    drain(other, done)
    assert len(done) == 1
    one.close()
    other._looked = -1e9
    drain(other, done)
    assert len(done) == 2
    assert other.over
