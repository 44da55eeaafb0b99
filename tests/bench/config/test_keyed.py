"""A key depends on what decides a result, and not on a parameter that was added since."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.analysis.rows import Labels
from bench.config import keyed
from bench.config.cell import content_key
from bench.config.grid import expand
from bench.store.long_table import read_table
from methods import Handles, Method
from methods.linear import VAR
from simulators.components.graphs import Graph
from simulators.structural import Structural

RESULTS = Path(__file__).parents[3] / "results"


@dataclass(frozen=True, kw_only=True)
class Longer(VAR):
    """VAR, as it might be after a parameter was added."""

    added: int = 3


@dataclass(frozen=True, kw_only=True)
class LongerGraph(Graph):
    added: int = 3


@dataclass(frozen=True, kw_only=True)
class LongerStructural(Structural):
    graph: LongerGraph = dataclasses.field(default_factory=LongerGraph)
    more: float = 0.5


def test_a_new_parameter_at_its_default_leaves_a_key_as_it_was():
    old = keyed.keyed(VAR(alpha=0.05), "methods", "var")
    assert old == {"alpha": 0.05, "ridge": 1e-6, "holdout": 0.2}
    assert keyed.keyed(Longer(alpha=0.05), "methods", "var") == old
    assert keyed.keyed(Longer(added=4), "methods", "var")["added"] == 4


def test_so_does_one_of_a_simulator_and_of_its_parts():
    old = keyed.keyed(Structural(), "simulators", "structural")
    assert keyed.keyed(LongerStructural(), "simulators", "structural") == old
    changed = LongerStructural(graph=LongerGraph(added=4), more=1.0)
    found = keyed.keyed(changed, "simulators", "structural")
    assert (found["graph"]["added"], found["more"]) == (4, 1.0)
    assert {**found["graph"]} == {**old["graph"], "added": 4}


def test_what_is_not_listed_enters_only_where_it_differs():
    @dataclass(frozen=True, kw_only=True)
    class Foreign(Method):
        level: float = 1.0
        names: tuple[str, ...] = ("a",)
        handles = Handles(trivial=True)

        def discover(self, series, *, max_lag, rng):
            raise NotImplementedError

    assert keyed.keyed(Foreign(), "methods", "foreign") == {}
    assert keyed.keyed(Foreign(level=2, names=("a",)), "methods", "foreign") == {"level": 2}


def test_another_version_is_another_key(settings):
    cell = expand(settings("Works"))[0]
    keys = {
        cell.key,
        dataclasses.replace(cell, method_version=cell.method_version + 1).key,
        dataclasses.replace(cell, simulator_version=cell.simulator_version + 1).key,
    }
    assert len(keys) == 3
    first = dataclasses.replace(cell, simulator_version=1)
    assert "version" not in str(first.describe())


def test_a_cell_knows_its_parameters_whether_they_are_keyed_or_not(settings):
    config = settings(methods={"var": {"alpha": 0.05}})
    (cell,) = expand(config)
    pruned = dataclasses.replace(cell, method_params={}, simulator_params={"rho": 0.5})
    assert pruned.all_method_params() == {"alpha": 0.01, "ridge": 1e-6, "holdout": 0.2}
    assert pruned.all_simulator_params()["graph"]["n_vars"] == 10
    assert pruned.all_simulator_params()["rho"] == 0.5
    # A label names what differs, also where one of the two is at its default.
    labels = Labels([pruned, cell])
    assert labels.method(pruned) == "var alpha=0.01"
    assert labels.method(cell) == "var alpha=0.05"


@pytest.mark.parametrize("name", ["laptop", "paper"])
def test_every_cell_of_the_committed_tables_is_found_under_its_key(name):
    cells, read = read_table(RESULTS / name / "long.parquet")
    keys = {cell.key for cell in cells}
    assert len(keys) > 1000
    for cell in cells[::50]:
        assert read(cell.key) is not None
        assert content_key(cell.describe()) == cell.key
