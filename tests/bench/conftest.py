"""A small settings object whose methods are the faulty ones beside this file."""

import shutil
import sys
from pathlib import Path

import pytest

from bench.grid import expand
from bench.settings import Limits, Settings
from bench.store import Store
from bench.sweep import sweep

HERE = Path(__file__).parent
LAGBENCH = [sys.executable, "-m", "bench"]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Return a function that builds settings around given method names of `faulty.py`."""
    monkeypatch.syspath_prepend(str(HERE))

    def make(*names, limits=None, **changes):
        values = {
            "name": "trial",
            "n_samples": (60,),
            "seeds": (0,),
            "regimes_known": False,
            "grid": {},
            "jobs": 2,
            "limits": limits or Limits(time_limit=60.0),
            "executor": {"kind": "local"},
            "shard": None,
            "retry": (),
            "force": (),
            "results_dir": str(tmp_path),
            "methods": {f"faulty:{name}": {} for name in names},
            "simulators": {
                "small": {"kind": "structural", "graph": {"n_vars": 4, "max_lag": 2}},
            },
            "experiments": [],
        }
        return Settings(**{**values, **changes})

    return make


@pytest.fixture
def outcomes(tmp_path):
    """Return a function that sweeps settings and returns the record of each method's cell.

    It also checks what holds after every sweep: each planned cell is one row, no draft and no
    claim is left behind.
    """

    def run(settings, root=tmp_path):
        store, cells = Store(root), expand(settings)
        sweep(cells, store, settings)
        return {cell.method.split(":")[1]: record
                for cell, record in rows(store, cells).items()}  # fmt: skip

    return run


class _ByKey(dict):
    """Cells are not hashable, since their parameters are not: pairs in a list do."""

    def items(self):
        return self["pairs"]


def rows(store, cells):
    """Return the record of every cell after checking that the store holds these and no more."""
    scan = store.scan()
    assert not scan.strange
    assert set(scan.entries) == {cell.key for cell in cells}
    assert not leftovers(store)
    return _ByKey(pairs=[(cell, store.read(cell.key)) for cell in cells])


def leftovers(store):
    """Return drafts and claims that are still there."""
    found = [path for path in store.root.rglob(".*") if path.is_file()]
    claims = store.root / "claims"
    return found + (list(claims.iterdir()) if claims.is_dir() else [])


@pytest.fixture
def faulty_folder(tmp_path):
    """Return a folder to run the command line in, from which `faulty:Name` can be imported."""
    shutil.copy(HERE / "faulty.py", tmp_path / "faulty.py")
    return tmp_path
