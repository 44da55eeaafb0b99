"""What overrides give of somebody's own: classes with their parameters, and data alone."""

import hashlib

import hydra
import pytest

from bench.config.compose import compose, prepare
from bench.config.given import classes, without_simulators
from bench.config.grid import expand
from methods import InputError

CODE = """
from dataclasses import dataclass
from methods import Handles, Method

@dataclass(frozen=True, kw_only=True)
class Ridge(Method):
    penalty: float = 1.0
    handles = Handles()

    def discover(self, series, *, max_lag, rng):
        raise NotImplementedError
"""


@pytest.fixture
def name(tmp_path, monkeypatch):
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package" / "ridge.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "own_package.ridge:Ridge"


def cells(*words):
    words = prepare(["simulator=linear", "seeds=[0]", *words])
    with hydra.initialize_config_module("conf", version_base="1.3"):
        return {cell.method: cell for cell in expand(compose(words))}


@pytest.mark.parametrize(("given", "params"), [([], {}), (["penalty=2"], {"penalty": 2.0})])
def test_a_class_is_composed_with_its_parameters_and_the_hash_of_its_file(name, given, params):
    found = cells(f"method=[{name},var]", *(f"methods.{name}.{word}" for word in given))
    assert found.keys() == {name, "var"}
    assert found[name].method_params == params
    assert found[name].method_source == hashlib.sha256(CODE.encode()).hexdigest()[:16]
    assert found["var"].method_source == ""
    assert "source" not in found["var"].describe()["method"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("penalty=1,2", "expected one value, found several"),
        ("penalty=[", "expected a value"),
        ("penalti=2", "expected keys among penalty"),
        ("penalty=high", "penalty: expected float, found 'high'"),
    ],
)
def test_a_wrong_parameter_is_one_line(name, word, said):
    with pytest.raises(InputError, match=said):
        cells(f"method={name}", f"methods.{name}.{word}")


def test_a_class_that_is_not_there_is_said():
    with pytest.raises(InputError, match="expected module:Class that can be imported"):
        cells("method=[no_module:Ridge]")


def test_values_are_read_by_the_grammar_of_hydra():
    words = ["finder=[m:F]", "finders.m:F.a.b=[1,2]", "+finders.m:F.c=null", "n_samples=100"]
    given, rest = classes(words)
    assert given == {"method": {}, "finder": {"m:F": {"a": {"b": [1, 2]}, "c": None}}}
    assert rest == ["finder=[m:F]", "n_samples=100"]


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        (["dataset=[plain]"], True),
        (["dataset=plain", "seeds=[0]"], True),
        (["dataset=[]"], False),
        (["dataset=[plain]", "simulator=linear"], False),
        (["dataset=[plain]", "experiment=external"], False),
        (["seeds=[0]"], False),
    ],
)
def test_data_stand_alone_unless_a_system_is_named(words, alone):
    assert without_simulators(words) == words + ["simulator=[]"] * alone
