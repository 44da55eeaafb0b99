"""Whether a method could see the truth: what it can reach, what it imports, what it answers blind.

In a sweep a method runs in a process that has never held a truth, see `bench.run.isolation`. Here
a truth lies in the caller's frame as a bait, and the same question is asked in such a process.
"""

from __future__ import annotations

import ast
import atexit
import functools
import gc
import importlib.util
import os
import pickle
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.contract.probes import HEAVY, discover, generator, planted_series, require
from methods import LaggedGraph, Method

_TRUTH_PACKAGES = ("bench", "simulators")
_PRECISION = 1e-3  # of the largest score; what is read off a truth differs by far more
_SERVER = """
import importlib, os, pickle, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
while sys.stdin.buffer.peek(1):
    path, asked, folder = pickle.load(sys.stdin.buffer)
    if os.fork() == 0:
        said = os.open(f"{folder}/said", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1), os.dup2(said, 2)
        sys.path[:] = path
        method, series, max_lag, rng = pickle.loads(asked)
        # Arrays own their memory, as those of any other series do.
        series = type(series)(tuple(part.copy() for part in series.segments), series.names)
        method.discover(series, max_lag=max_lag, rng=rng).to_npz(f"{folder}/graph.npz")
        os._exit(0)
    print(os.wait()[1], flush=True)
"""


def a_truth_in_sight_changes_nothing(method: Method) -> None:
    """Answer from the series alone, as in a process that knows nothing else."""
    series, edge = planted_series([(0, 2, 1)]), np.zeros((4, 4, 4))
    asked = pickle.dumps((method, series, 3, generator()))
    edge[0, 2, 1] = 1.0
    truth = LaggedGraph(edge, series.names, edge > 0)
    seeing, blind = discover(method, series, truth.max_lag), _blind(asked)
    scale = max(np.nanmax(np.abs(graph.scores)) for graph in (seeing, blind))
    require(
        np.allclose(seeing.scores, blind.scores, 0.0, _PRECISION * scale, equal_nan=True),
        "with the truth in a caller's frame the scores are others than in a process that has the "
        "series alone; use nothing but the arguments of discover",
    )


def _blind(asked: bytes) -> LaggedGraph:
    """Return the graph that a new process finds, which is given no more than was asked."""
    with tempfile.TemporaryDirectory() as folder:
        server = _server()
        assert server.stdin is not None
        assert server.stdout is not None
        pickle.dump((sys.path, asked, folder), server.stdin)
        server.stdin.flush()
        status = server.stdout.readline().strip()
        said = Path(folder, "said").read_text(encoding="utf-8", errors="replace").strip()
        require(status == b"0", f"in a process of its own it fails: {said[-500:]}")
        return LaggedGraph.from_npz(Path(folder, "graph.npz"))


@functools.cache
def _server() -> subprocess.Popen[bytes]:
    """Start a program that forks a process for each question, once for all methods.

    It holds no truth, for it shares nothing with this process. It loads the libraries that this
    process has loaded, so that those it forks need not.
    """
    loaded = [name for name in sys.modules if name in HEAVY or name.startswith("methods.")]
    path = os.pathsep.join(filter(None, sys.path))
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, *loaded],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    atexit.register(server.communicate)  # which closes its input, and so ends it
    return server


def truths(*given: object) -> list[object]:
    """Return every graph and every part of a simulator that can be reached from `given`."""
    return [found for found in _reachable(*given) if _knows_truth(found)]


def _knows_truth(found: object) -> bool:
    package = type(found).__module__.partition(".")[0]
    return isinstance(found, LaggedGraph) or package in _TRUTH_PACKAGES


def _reachable(*roots: object) -> Iterator[object]:
    """Walk over everything the roots refer to, except code: classes, functions, modules."""
    code = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        here = waiting.pop()
        if id(here) in seen or isinstance(here, code):
            continue
        seen.add(id(here))
        yield here
        waiting += gc.get_referents(here)
        # The collector does not follow an array of numbers to the one it is a view of.
        if isinstance(here, np.ndarray) and here.base is not None:
            waiting.append(here.base)


def truth_imports(cls: type) -> dict[Path, list[str]]:
    """Return the source files of an adapter that import `bench` or `simulators`, with which."""
    found = {path: sorted(_imported(path) & set(_TRUTH_PACKAGES)) for path in _sources(cls)}
    return {path: packages for path, packages in found.items() if packages}


def _sources(cls: type) -> list[Path]:
    """Return the file of the class's module, or every file of its package if it has its own.

    A package counts as the adapter's own if the class is defined in its `__init__` or in a
    module below the second level, as in `methods.dot.adapter`.
    """
    spec = importlib.util.find_spec(cls.__module__)
    if spec is None or spec.origin is None:
        return []
    file = Path(spec.origin)
    own_package = file.name == "__init__.py" or cls.__module__.count(".") > 1
    return sorted(file.parent.rglob("*.py")) if own_package else [file]


def _imported(path: Path) -> set[str]:
    """Return the top-level packages that a source file imports, at any depth of the code."""
    tops: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            tops.add(node.module.partition(".")[0])
    return tops
