"""Methods by name: built in, from another package, or as module:Class."""

import subprocess
import sys

import pytest

from methods.floors import Random
from methods.linear import VAR
from methods.registry import GROUP, available, load

THIRD_PARTY = """
from methods import Handles, LaggedGraph, Method

class Shout(Method):
    handles = Handles(trivial=True)

    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(rng.random((series.n_vars, series.n_vars, max_lag + 1)), series.names)

helper = "not a class"
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package on the path that registers a method of its own and two broken ones."""
    (tmp_path / "lagbench_shout.py").write_text(THIRD_PARTY)
    info = tmp_path / "lagbench_shout-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lagbench-shout\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{GROUP}]\nshout = lagbench_shout:Shout\nhelper = lagbench_shout:helper\n"
        "lost = lagbench_lost:Lost\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_available_is_sorted_and_holds_the_baselines():
    names = list(available())
    assert names == sorted(names)
    assert {"correlation", "pcmci", "persistence", "random", "var"} <= set(names)


@pytest.mark.parametrize(("name", "cls"), [("random", Random), ("var", VAR)])
def test_a_registered_name_gives_its_class(name, cls):
    assert load(name) is cls


def test_a_package_adds_a_method_without_touching_this_one(installed):
    assert "shout" in available()
    assert load("shout").__name__ == "Shout"


def test_module_and_class_name_a_class_that_is_not_registered(installed):
    assert load("lagbench_shout:Shout") is load("shout")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "pcmc",
            r"method: expected one of .*, or module:Class, found 'pcmc'; .* 'pcmci'\?",
        ),
        ("corelation", r"did you mean 'correlation'\?"),
        ("zzzz", r"found 'zzzz'$"),
        ("absent_module:Thing", r"module:Class that can be imported, found 'absent_module:Thing'"),
        ("methods:Absent", r"module:Class that can be imported, found 'methods:Absent'"),
        (":Thing", r"module:Class that can be imported, found ':Thing'"),
        ("methods:TimeSeries", r"expected a subclass of methods\.Method, found 'methods:TimeS"),
        ("helper", r"expected a subclass of methods\.Method, found 'helper': not a class"),
        ("lost", r"can be imported, found 'lagbench_lost:Lost' \(No module named 'lagbench_lost'"),
    ],
)
def test_what_is_no_method_is_refused(installed, name, message):
    with pytest.raises(ValueError, match=message):
        load(name)


def test_listing_imports_no_adapter_and_no_heavy_library():
    code = (
        "import sys; from methods.registry import available; names = list(available());"
        "heavy = {'torch', 'tigramite', 'lingam', 'causallearn', 'sklearn', 'pandas'};"
        "print(sorted(heavy & set(sys.modules)), 'methods.pcmci' in sys.modules, len(names) > 5)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.split("\n")[0] == "[] False True"
