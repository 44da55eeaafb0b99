"""A wrong config value is one line that names the key, what is allowed and what was found."""

import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Interval

from bench.config.validate import build
from methods import InputError
from methods.dot.method import DOT
from methods.linear import VAR
from methods.types.parameters import Parameters, describe
from simulators.components.graphs import Graph
from simulators.structural import Structural


@dataclass(frozen=True, kw_only=True)
class Inner(Parameters):
    level: Annotated[float, Interval(ge=0, le=1)] = 0.5


@dataclass(frozen=True, kw_only=True)
class Outer(Parameters):
    n_vars: Annotated[int, Ge(2)] = 10
    kind: Literal["linear", "monotonic"] = "linear"
    span: Annotated[int, Ge(1)] | None = None
    inner: Inner = field(default_factory=Inner)


class Plain(Parameters):
    def __init__(self, *, alpha: Annotated[float, Interval(gt=0, lt=1)] = 0.05) -> None:
        self.alpha = alpha


def test_values_are_normalised_and_nested():
    built = build(Outer, {"n_vars": 3, "inner": {"level": 1}}, "x")
    assert built == Outer(n_vars=3, inner=Inner(level=1.0))
    assert isinstance(built.inner.level, float)
    assert build(Plain, {"alpha": 0.1}, "x").alpha == 0.1


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"n_vars": "abc"}, ["x.n_vars", "int >= 2", "'abc'"]),
        ({"n_vars": -5}, ["x.n_vars", "int >= 2", "-5"]),
        ({"span": 0}, ["x.span", "int >= 1 or null", "0"]),
        ({"kind": "cubic"}, ["x.kind", "linear, monotonic", "'cubic'"]),
        ({"inner": {"level": 2}}, ["x.inner.level", ">= 0", "<= 1", "2"]),
        ({"inner": {"lvl": 1}}, ["x.inner", "level", "'lvl'"]),
        ({"n_var": 3}, ["x:", "n_vars, kind, span, inner", "'n_var'"]),
    ],
)
def test_a_wrong_value_names_key_range_and_value(params, words):
    with pytest.raises(ValueError, match="expected") as error:
        build(Outer, params, "x")
    assert "\n" not in str(error.value)
    for word in words:
        assert word in str(error.value)


def test_a_class_that_is_no_dataclass_is_checked_too():
    with pytest.raises(ValueError, match=r"m\.alpha: expected float > 0 and < 1, found 3"):
        build(Plain, {"alpha": 3}, "m")


def test_annotations_of_a_base_in_another_module_are_read_there():
    with pytest.raises(ValueError, match=r"m\.learning_rate: expected float > 0 and < 1, found 3"):
        build(DOT, {"learning_rate": 3}, "m")


def test_describe_speaks_of_options_and_ranges():
    assert describe(Annotated[int, Ge(1)] | None) == "int >= 1 or null"
    assert describe(tuple[Annotated[int, Ge(1)], ...]) == "[int >= 1, ...]"


def test_python_users_get_the_same_line():
    with pytest.raises(InputError, match=r"^alpha: expected float > 0 and < 1, found 2$"):
        VAR(alpha=2)
    with pytest.raises(InputError, match=r"^updates: expected int >= 1, found -1$"):
        DOT(updates=-1)
    with pytest.raises(InputError, match=r"^n_vars: expected int >= 1, found 0$"):
        Graph(n_vars=0)
    with pytest.raises(InputError, match=r"^noise.scale: expected float > 0, found -1$"):
        Structural(noise={"scale": -1})
    with pytest.raises(InputError, match=r"^expected keys among .*found 'alpa'"):
        VAR(alpa=0.1)


def test_a_checked_object_is_replaced_pickled_and_shown_as_any_other():
    method = VAR(alpha=0.05)
    assert dataclasses.replace(method, ridge=0.1) == VAR(alpha=0.05, ridge=0.1)
    with pytest.raises(InputError, match="alpha"):
        dataclasses.replace(method, alpha=3)
    assert pickle.loads(pickle.dumps(method)) == method
    assert list(inspect.signature(VAR).parameters) == ["alpha", "ridge", "holdout"]
