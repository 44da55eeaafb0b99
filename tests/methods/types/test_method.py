"""What the base class checks around every adapter, so that no adapter has to."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from methods import DeclinedError, Handles, LaggedGraph, Method, TimeSeries

RNG = np.random.default_rng


@dataclass(frozen=True, kw_only=True)
class Answers(Method):
    """Returns what it was built with, or a constant score at every lag from 1."""

    handles = Handles()
    answer: Any = None

    def discover(self, series, *, max_lag, rng):
        """Answer."""
        if self.answer is not None:
            return self.answer
        return LaggedGraph.from_lags(np.ones((series.n_vars,) * 2 + (max_lag,)), series.names)


class OneSegment(Answers):
    handles = Handles(segments=False)


def series_of(rows=20, n=2, segments=1):
    return TimeSeries.from_segments([RNG(k).normal(size=(rows, n)) for k in range(segments)])


def graph_of(n=2, max_lag=3, names=("X0", "X1"), value=1.0):
    return LaggedGraph(np.full((n, n, max_lag + 1), value), names)


def test_a_graph_that_fits_is_passed_on_untouched():
    graph = graph_of()
    assert Answers(answer=graph).discover(series_of(), max_lag=3, rng=RNG(0)) is graph


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.ones((2, 2, 4)), r"Answers: expected a LaggedGraph, found ndarray"),
        (graph_of(max_lag=2), r"Answers: expected scores of shape \(2, 2, 4\).*\(2, 2, 3\)"),
        (graph_of(3, names=("X0", "X1", "X2")), r"expected scores of shape .* \(3, 3, 4\) over"),
        (graph_of(names=("X1", "X0")), r"over \('X0', 'X1'\), found .* over \('X1', 'X0'\)"),
        (graph_of(value=np.nan), r"Answers: expected a score somewhere, found only NaN"),
        (
            dataclasses.replace(graph_of(), regimes=(np.zeros(19, dtype=np.int64),)),
            r"expected regimes of one label per step, \[20\] in the segments, found \[19\]",
        ),
    ],
)
def test_an_adapter_that_returns_something_else_is_named(answer, message):
    with pytest.raises(ValueError, match=message):
        Answers(answer=answer).discover(series_of(), max_lag=3, rng=RNG(0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"series": np.ones((20, 2))}, r"series: expected a TimeSeries, found ndarray; build"),
        ({"max_lag": 0}, r"max_lag: expected an integer of at least 1, found 0"),
        ({"max_lag": 2.0}, r"max_lag: expected an integer of at least 1, found 2\.0"),
        ({"max_lag": True}, r"max_lag: expected an integer of at least 1, found True"),
        ({"rng": 0}, r"rng: expected a numpy Generator, found int; pass np\.random\.default_rng"),
        ({"rng": np.random.RandomState(0)}, r"rng: .* found RandomState"),
        ({"max_lag": 19}, r"segment 0: expected at least max_lag \+ 2 = 21 rows, found 20"),
    ],
)
def test_bad_arguments_never_reach_the_adapter(arguments, message):
    good = {"series": series_of(), "max_lag": 3, "rng": RNG(0)}
    given = {**good, **arguments}
    with pytest.raises(ValueError, match=message):
        Answers(answer="reached").discover(
            given["series"], max_lag=given["max_lag"], rng=given["rng"]
        )


def test_the_shortest_series_allowed_is_taken():
    graph = Answers().discover(series_of(rows=5), max_lag=3, rng=RNG(0))
    assert graph.max_lag == 3


def test_several_segments_are_declined_where_a_method_does_not_take_them():
    with pytest.raises(DeclinedError, match=r"OneSegment takes one segment, the series has 3"):
        OneSegment().discover(series_of(segments=3), max_lag=3, rng=RNG(0))
    assert OneSegment().discover(series_of(), max_lag=3, rng=RNG(0)).n_vars == 2
    assert Answers().discover(series_of(segments=3), max_lag=3, rng=RNG(0)).n_vars == 2


def test_a_refusal_is_not_a_bad_argument():
    assert not issubclass(DeclinedError, ValueError)


def test_a_subclass_of_an_adapter_is_checked_too():
    class Worse(Answers):
        def discover(self, series, *, max_lag, rng):
            """Answer something else."""
            return "nothing"

    with pytest.raises(ValueError, match=r"Worse: expected a LaggedGraph, found str"):
        Worse().discover(series_of(), max_lag=3, rng=RNG(0))


def test_a_method_has_two_abstract_members():
    assert Method.__abstractmethods__ == {"handles", "discover"}
    with pytest.raises(TypeError, match="abstract"):
        Method()


def test_parameters_are_keyword_only_and_fixed():
    with pytest.raises(TypeError, match="positional"):
        Answers(graph_of())
    with pytest.raises(AttributeError):
        Answers().answer = 1
