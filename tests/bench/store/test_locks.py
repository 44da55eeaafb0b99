"""A claim is one runner's; it goes stale by its owner's death or silence, never by a clock."""

import json
import os
import threading
import time

import pytest

from bench.config.grid import expand
from bench.run.cell import base_record
from bench.run.work_queue import Work
from bench.store import locks as module
from bench.store.locks import Locks
from bench.store.store import Store


@pytest.fixture
def elsewhere(monkeypatch):
    """Return a function that makes a claim look like that of another machine."""

    def move(folder, key):
        (path,) = folder.glob(f"{key}.*")
        owner = json.loads(path.read_text())
        path.write_text(json.dumps(owner | {"host": ["another machine", "boot", 1]}))

    return move


def leave_behind(folder, key):
    """Leave a claim of a process that has ended."""
    gone = {"host": module._host(), "pid": os.getpid(), "process": "1"}
    (folder / f"{key}.0").write_text(json.dumps(gone))


def test_only_one_of_many_takes_a_claim(tmp_path):
    takers = [Locks(tmp_path) for _ in range(16)]
    barrier, taken = threading.Barrier(len(takers)), []

    def race(claims):
        barrier.wait()
        taken.extend(claims for key in map(str, range(50)) if claims.take(key))

    threads = [threading.Thread(target=race, args=(claims,)) for claims in takers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 50


def test_only_one_of_many_takes_over_a_stale_claim(tmp_path):
    """The owner is a process that has ended."""
    for key in map(str, range(50)):
        leave_behind(tmp_path, key)
    test_only_one_of_many_takes_a_claim(tmp_path)


def test_a_claim_of_another_machine_is_stale_after_its_silence(tmp_path, elsewhere):
    owner, other = Locks(tmp_path), Locks(tmp_path, patience=0.3)
    assert owner.take("k")
    elsewhere(tmp_path, "k")
    for _ in range(4):  # longer than the patience, but touched in between
        assert not other.take("k")
        time.sleep(0.15)
        owner._touched = -1e9
        owner.touch()
    assert not other.take("k")
    time.sleep(0.4)
    assert other.take("k")
    owner.release("k")  # it has lost it
    assert [path.name for path in tmp_path.iterdir()] == ["k.1"]
    assert not owner.take("k")
    other.release("k")
    assert owner.take("k")


def test_no_clock_makes_a_claim_stale(tmp_path, elsewhere, monkeypatch):
    """Neither a file from the past or the future, nor a clock that jumps."""
    owner, other = Locks(tmp_path), Locks(tmp_path, patience=60)
    assert owner.take("k")
    elsewhere(tmp_path, "k")
    for at in (0, 10**10):
        os.utime(tmp_path / "k.0", (at, at))
        monkeypatch.setattr(time, "time", lambda at=at: 5e9 - at)
        assert not other.take("k")


def test_a_claim_that_was_never_finished_goes_stale_too(tmp_path):
    (tmp_path / "k.0").write_text('{"ho')
    claims = Locks(tmp_path, patience=0.05)
    assert not claims.take("k")
    time.sleep(0.1)
    assert claims.take("k")


def test_claims_of_finished_cells_are_tidied_unless_held(tmp_path):
    leave_behind(tmp_path, "done")
    leave_behind(tmp_path, "open")
    other = Locks(tmp_path)
    other.take("held")
    Locks(tmp_path).tidy(["done", "held"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held.0", "open.0"]


def works(cells, store, n=2):
    planned = {key: entry.signature for key, entry in store.scan().entries.items()}
    return [Work(cells, store, planned) for _ in range(n)]


def drain(work, done):
    """Do all that a runner can take just now."""
    while (cell := work.take()) is not None:
        work.store.write(base_record(cell, **{"status": "ok"}))
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
            store.write(base_record(cell, **{"status": "ok"}))
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
