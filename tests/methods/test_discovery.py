"""The Python face of methods: a frame in, a graph out, one thread, nothing loaded early."""

import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import bench
import methods
from bench.cli.parser import parse
from methods import PCMCI, VAR, InputError, Method, TimeSeries, discover, registry
from methods.discovery import one_thread

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def frame():
    """Three variables, of which a acts on b two steps later."""
    values = np.random.default_rng(0).standard_normal((300, 3))
    values[2:, 1] += 0.8 * values[:-2, 0]
    return pd.DataFrame(values, columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def graph(frame):
    return discover(frame, max_lag=3, method="pcmci", alpha=0.001)


def test_the_planted_edge_is_the_only_one(graph):
    assert np.argwhere(graph.adjacency).tolist() == [[0, 1, 2]]


def test_a_class_takes_a_frame_and_says_the_same_as_the_function(frame, graph):
    for built in (PCMCI(alpha=0.001), PCMCI(alpha=0.001, exact="fast")):
        found = built.discover(frame, max_lag=3)
        np.testing.assert_array_equal(found.scores, graph.scores)
        np.testing.assert_array_equal(found.adjacency, graph.adjacency)
    series = TimeSeries.from_frame(frame)
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(
        PCMCI(alpha=0.001).discover(series, max_lag=3, rng=rng).scores, graph.scores
    )
    np.testing.assert_array_equal(discover(series, 3, PCMCI(alpha=0.001)).scores, graph.scores)


def test_the_default_stream_is_that_of_the_command(frame):
    args, _ = parse(["discover", "data.csv", "--max-lag", "2"])
    given = methods.Random().discover(frame, max_lag=2, rng=np.random.default_rng(args.seed))
    assert (
        discover(frame, 2, "random").scores[:, :, 1:].tolist() == given.scores[:, :, 1:].tolist()
    )
    np.testing.assert_array_equal(methods.Random().discover(frame, max_lag=2).scores, given.scores)
    other = discover(frame, 2, "random", seed=1)
    assert not np.array_equal(other.scores[:, :, 1:], given.scores[:, :, 1:])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"alpha": 2}, "alpha: expected float > 0 and < 1, found 2"),
        ({"alhpa": 0.1}, "expected keys among .*alpha.* did you mean 'alpha'"),
        ({"max_lag": 0}, "max_lag: expected an integer of at least 1"),
        ({"method": "pmci"}, "did you mean 'pcmci'"),
        ({"method": VAR(), "alpha": 0.1}, "expected none beside a method that is built"),
        ({"data": np.ones((9, 2))}, "expected a TimeSeries, found ndarray"),
    ],
)
def test_what_is_wrong_is_said(frame, given, said):
    with pytest.raises(InputError, match=said):
        discover(**({"data": frame, "max_lag": 2, "method": "pcmci"} | given))


def test_help_shows_that_a_frame_will_do_and_that_rng_may_be_left_out():
    signature = inspect.signature(VAR.discover)
    assert "DataFrame" in signature.parameters["series"].annotation
    assert signature.parameters["rng"].default is None


def test_every_registered_method_can_be_imported_by_its_class():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for name, path in project["entry-points"]["lagbench.methods"].items():
        module, _, cls = path.partition(":")
        assert methods._LAZY[cls] == module
        assert cls in dir(methods)
        if module != "methods.chronos":
            assert getattr(methods, cls) is registry.load(name)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        methods.Nothing  # noqa: B018


@pytest.mark.parametrize("package", [methods, bench], ids=["methods", "bench"])
def test_editors_are_told_of_the_same_names(package):
    stub = Path(package.__file__).with_suffix(".pyi").read_text()
    found = {name: module for module, name in re.findall(r"from ([\w.]+) import (\w+) as", stub)}
    assert set(found) == set(package.__all__)
    for name, module in package._LAZY.items():
        assert found[name] == module


def test_importing_the_face_loads_no_heavy_library_and_sets_no_threads():
    code = (
        "import os, sys\nbefore = dict(os.environ)\nfrom methods import VAR, discover\n"
        "heavy = {'torch', 'tigramite', 'lingam', 'causallearn', 'pandas', 'matplotlib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert dict(os.environ) == before"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "2"}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)


def test_libraries_have_one_thread_each_while_a_method_runs():
    import torch
    from threadpoolctl import threadpool_info, threadpool_limits

    class Light(Method):
        libraries = ("torch",)
        handles = VAR.handles

        def discover(self, series, *, max_lag, rng):
            raise NotImplementedError

    before = torch.get_num_threads()
    try:
        with threadpool_limits(2):
            torch.set_num_threads(2)
            with one_thread(Light()):
                assert torch.get_num_threads() == 1
                assert {pool["num_threads"] for pool in threadpool_info()} == {1}
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
