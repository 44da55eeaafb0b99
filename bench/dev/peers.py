"""Sweeps of cells that do nothing, by lagbench, Hydra and benchopt, each as a whole command.

benchopt (Moreau et al. 2022, arXiv 2206.13424) is installed in an environment that is deleted
afterwards. It isolates nothing, so its time is that of a harness without a process per cell.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_HYDRA = """
import hydra

@hydra.main(config_path=None, config_name=None, version_base="1.3")
def main(config):
    pass

main()
"""

_BENCHOPT = {
    "objective.py": """
from benchopt import BaseObjective

class Objective(BaseObjective):
    name = "nothing"

    def set_data(self, x):
        self.x = x

    def get_objective(self):
        return {"x": self.x}

    def evaluate_result(self, y):
        return {"value": 0.0}

    def get_one_result(self):
        return {"y": 0}
""",
    "datasets/nothing.py": """
from benchopt import BaseDataset

class Dataset(BaseDataset):
    name = "nothing"

    def get_data(self):
        return {"x": 0}
""",
    "solvers/nothing.py": """
from benchopt import BaseSolver

class Solver(BaseSolver):
    name = "nothing"
    sampling_strategy = "run_once"
    parameters = {"k": list(range(CELLS))}

    def set_objective(self, x):
        pass

    def run(self, _):
        pass

    def get_result(self):
        return {"y": 0}
""",
}


def lagbench(cells: int) -> float:
    """Return the seconds of a sweep of the method `random` on 100 steps of a small system.

    Each cell also simulates, scores and records: it does more than nothing.
    """
    seeds = f"seeds={list(range(cells))}".replace(" ", "")
    words = ["method=[random]", "simulator=linear", "n_samples=100", seeds, "jobs=2"]
    with tempfile.TemporaryDirectory() as folder:
        return seconds([sys.executable, "-m", "bench", "run", *words], Path(folder))


def hydra(cells: int) -> float:
    """Return the seconds of Hydra's `-m`, basic launcher, on a function that does nothing."""
    words = [f"+seed=range({cells})", "hydra.output_subdir=null", "hydra/job_logging=none"]
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app.py"
        app.write_text(_HYDRA, encoding="utf-8")
        return seconds([sys.executable, str(app), "-m", *words], Path(folder))


def benchopt(cells: int) -> float | None:
    """Return the seconds of benchopt on as many solvers, or None where it cannot be installed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        try:
            seconds([sys.executable, "-m", "venv", "env"], root)
            seconds(["env/bin/python", "-m", "pip", "install", "--quiet", "benchopt"], root)
        except subprocess.CalledProcessError:
            return None
        for name, text in _BENCHOPT.items():
            path = root / "bench" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("CELLS", str(cells)), encoding="utf-8")
        words = ["run", "bench", "-j", "2", "--no-plot", "--no-html"]
        return seconds(["env/bin/benchopt", *words], root, {"HOME": folder})


def seconds(
    words: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> float:
    """Run a command in a folder and return its wall seconds.

    Raises
    ------
    subprocess.CalledProcessError
        If it fails.
    """
    env = {**os.environ, **(environment or {})}
    started = time.perf_counter()
    subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True)
    return time.perf_counter() - started
