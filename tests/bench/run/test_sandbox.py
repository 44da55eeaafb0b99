"""A cell that has ended is recorded as it ended, and its process is not signalled again."""

import os
import time
from types import SimpleNamespace

import psutil
import pytest

from bench.config.grid import expand
from bench.config.settings import Limits
from bench.run.isolation.sandbox import Sandbox
from bench.run.isolation.server import prepare
from bench.store import provenance
from bench.store.store import Store


@pytest.fixture
def start(settings, tmp_path):
    """Return a function that starts the one cell of a method."""

    def started(name, **limits):
        (cell,) = expand(settings(name))
        prepare([])
        store = Store(tmp_path)
        return Sandbox(cell, store, Limits(**limits), provenance.everything()), store

    return started


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_a_record_that_was_written_before_the_kill_stays(start):
    """The process is late in ending, not the cell: its record is there."""
    sandbox, store = start("Works", time_limit=1e-9)
    wait_for(lambda: store.signature(sandbox.cell.key) is not None)
    process = sandbox._process
    wait_for(lambda: process.exitcode is not None)
    # As it looks to who asks a moment earlier.
    sandbox._process = SimpleNamespace(exitcode=None, join=lambda timeout: None)
    assert sandbox.poll()
    assert store.read(sandbox.cell.key).status == "ok"
    assert store.path(sandbox.cell.key, ".npz").exists()


def test_a_cell_that_is_late_is_a_timeout(start):
    sandbox, store = start("Hangs", time_limit=1e-9)
    assert sandbox.poll()
    assert store.read(sandbox.cell.key).status == "timeout"


def test_nobody_is_signalled_once_a_cell_has_ended(start, monkeypatch):
    """Its process id may be somebody else's by then."""
    sandbox, store = start("Works")
    wait_for(sandbox.poll)
    assert store.read(sandbox.cell.key).status == "ok"
    signalled = []
    for name in ("kill", "killpg"):
        monkeypatch.setattr(os, name, lambda *what: signalled.append(what))
    for name in ("kill", "terminate", "send_signal"):
        monkeypatch.setattr(psutil.Process, name, lambda self, *_: signalled.append(self))
    sandbox.kill()
    assert not signalled
