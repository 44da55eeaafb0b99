"""Sweeps of small systems whose methods are the faulty ones in `faults/faulty.py`."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import hypothesis
import pytest

from bench.config.grid import expand
from bench.config.settings import Limits, Settings
from bench.run.sweep import sweep
from bench.store.store import Store
from bench.threads import pin

# As in a worker, and before torch loads: with more threads it rounds otherwise.
pin()
# A busy machine may take any time over an example.
hypothesis.settings.register_profile("busy machine", deadline=None)
hypothesis.settings.load_profile("busy machine")

FAULTS = Path(__file__).parent / "faults"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark as slow what starts the command line: each start loads all that a sweep needs."""
    for item in items:
        if "lagbench" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_terminal_summary(terminalreporter):
    """Name the two files of tests that took longest."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if hasattr(report, "duration"):
                seconds[report.nodeid.split("::")[0]] += report.duration
    slowest = ", ".join(f"{name} ({spent:.0f} s)" for name, spent in seconds.most_common(2))
    terminalreporter.write_line(f"slowest files: {slowest}")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Return a function that builds settings around given classes of `faulty.py`."""
    monkeypatch.syspath_prepend(str(FAULTS))

    def make(*names, limits=None, **changes):
        values = {
            "name": "trial",
            "n_samples": (60,),
            "seeds": (0,),
            "regimes": "own",
            "grid": {},
            "jobs": 2,
            "limits": limits or Limits(time_limit=60.0),
            "executor": {"kind": "local"},
            "shard": None,
            "retry": (),
            "force": (),
            "results_dir": str(tmp_path),
            "data_dir": str(tmp_path),
            "methods": {f"faulty:{name}": {} for name in names},
            "simulators": {
                "small": {"kind": "structural", "graph": {"n_vars": 4, "max_lag": 2}},
            },
            "finders": {},
            "experiments": [],
            "headline": [],
            "claims": [],
            "ablation": None,
        }
        return Settings(**{**values, **changes})

    return make


@pytest.fixture
def rows():
    """Return a function that returns the record of each cell of a store.

    It checks what holds after every sweep: each planned cell is one row, no other is there, and
    neither a draft nor a claim is left behind.
    """

    def check(store, cells):
        scan = store.scan()
        assert not scan.strange
        assert set(scan.entries) == {cell.key for cell in cells}
        left = [path for path in store.root.rglob(".*") if path.is_file()]
        assert not left
        assert not list((store.root / "locks").glob("*"))
        return [(cell, store.read(cell.key)) for cell in cells]

    return check


@pytest.fixture
def outcomes(tmp_path, rows):
    """Return a function that sweeps settings and returns the record of each method's cell."""

    def run(settings, root=tmp_path):
        store, cells = Store(root), expand(settings)
        sweep(cells, store, settings)
        return {cell.method.split(":")[1]: record for cell, record in rows(store, cells)}

    return run


class Lagbench:
    """The command line, run in a folder, where each class of `faulty.py` is a method.

    A class `HangsInC` is the method `hangs_in_c`, as if another package had registered it.
    """

    def __init__(self, folder):
        self.folder = folder
        self.scratch = folder / "scratch"  # where methods leave notes
        self.scratch.mkdir()
        self._started = []
        info = folder / "site" / "faulty-0.1.dist-info"
        info.mkdir(parents=True)
        names = re.findall(r"^class ([A-Z]\w+)", (FAULTS / "faulty.py").read_text(), re.MULTILINE)
        entries = (f"{_snake(name)} = faulty:{name}\n" for name in names)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text("[lagbench.methods]\n" + "".join(entries))
        path = os.pathsep.join([str(folder / "site"), str(FAULTS)])
        self.env = {**os.environ, "PYTHONPATH": path}

    def start(self, *words, before=(), **options):
        """Start a command and return its process; both outputs are pipes of text."""
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "bench", *words],
            cwd=self.folder,
            text=True,
            env=self.env,
            **given,
        )
        self._started.append(process)
        return process

    def close(self):
        """End what is still running, as after a test that failed."""
        for process in self._started:
            with process:  # closes its pipes
                process.kill()

    def __call__(self, *words, before=(), timeout=600):
        """Run a command to its end."""
        process = self.start(*words, before=before)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def store(self, name="run"):
        """Return the store of a run."""
        return Store(self.folder / "results" / name)


def _snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@pytest.fixture(scope="session")
def lagbench_in():
    """Yield a function that returns the command line in a folder; see `Lagbench`."""
    opened = []

    def open_in(folder):
        opened.append(Lagbench(folder))
        return opened[-1]

    yield open_in
    for lagbench in opened:
        lagbench.close()


@pytest.fixture
def lagbench(tmp_path, lagbench_in):
    """Return the command line in a folder of its own; see `Lagbench`."""
    lagbench = lagbench_in(tmp_path)
    yield lagbench
    lagbench.close()
