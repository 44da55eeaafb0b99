"""A method from another package is found, listed, checked and run without touching this one."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

MODULE = """
from dataclasses import dataclass
import numpy as np
from methods import Handles, LaggedGraph, Method

@dataclass(frozen=True, kw_only=True)
class Constant(Method):
    level: float = 1.0
    handles = Handles(trivial=True)

    def discover(self, series, *, max_lag, rng):
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, self.level), series.names)
"""


@pytest.fixture
def lagbench(tmp_path):
    """Run lagbench where a distribution `foreign` with a method `constant` is installed."""
    site = tmp_path / "site"
    info = site / "foreign-0.1.dist-info"
    info.mkdir(parents=True)
    (site / "foreign.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[lagbench.methods]\nconstant = foreign:Constant\n")

    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "bench", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(site)},
        )

    return run


def test_it_is_listed_with_its_package(lagbench):
    lines = [line.split(maxsplit=1) for line in lagbench("list", "methods").stdout.splitlines()]
    assert ["constant", "(from foreign)"] in lines


def test_it_keeps_the_contract_by_name(lagbench):
    done = lagbench("check", "constant")
    assert done.returncode == 0, done.stdout


def test_it_runs_beside_the_built_ins_with_its_parameters(lagbench, tmp_path):
    done = lagbench(
        "run",
        "method=[constant,var]",
        "methods.constant.level=3",
        "simulator=linear",
        "n_samples=100",
        "seeds=[0]",
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(path.read_text()) for path in tmp_path.glob("results/run/cells/*/*.json")]
    levels = [record["cell"]["method"]["params"].get("level") for record in found]
    assert sorted(levels, key=str) == [3.0, None]


def test_a_file_in_the_working_folder_is_enough(lagbench, tmp_path):
    """It is known by module and class, and run anew once its code has changed."""
    (tmp_path / "mine").mkdir()
    file = tmp_path / "mine" / "constant.py"
    file.write_text(MODULE)
    name = "mine.constant:Constant"
    words = [f"method=[{name},var]", f"methods.{name}.level=3", "simulator=linear", "seeds=[0]"]
    for expected in ("2 to run", "2 done, 0 to run"):
        done = lagbench("run", *words, "n_samples=100")
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
    assert f"| {name} |" in done.stdout
    found = [json.loads(path.read_text()) for path in tmp_path.glob("results/run/cells/*/*.json")]
    (ours,) = (record["cell"]["method"] for record in found if record["method"] == name)
    assert ours["params"] == {"level": 3}
    assert ours["source"] == hashlib.sha256(MODULE.encode()).hexdigest()[:16]
    file.write_text(MODULE.replace("self.level)", "2 * self.level)"))
    assert "1 done, 1 to run" in lagbench("run", *words, "n_samples=100").stdout
