"""Checks of the contract on input that is valid and hard: a right answer or a clear refusal.

What a method must not do is answer as if nothing was wrong: with scores that are all 0, with NaN
where it has scores otherwise, or without the one edge that is there. Constant columns are not
tried here, because a `TimeSeries` does not take them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np

from bench.contract.probes import (
    Edge,
    Skip,
    discover,
    generator,
    planted_series,
    ranked,
    require,
    say,
)
from methods import DeclinedError, InputError, LaggedGraph, Method, TimeSeries, UnavailableError
from methods.types.arrays import BoolArray, FloatArray, IntArray

_PATIENCE = 120.0
"""Seconds after which a method counts as hanging on a few hundred steps."""

_MAX_LAG = 2


def hard_input_is_answered_or_refused(method: Method) -> None:
    """Answer rightly or refuse: few rows, collinear columns, one that stops, one variable."""
    x = _ordinary()
    usual = discover(method, TimeSeries.from_array(x), _MAX_LAG)
    stops = np.where(np.arange(len(x)) == 0, 1.0, 0.0)
    cause: list[Edge] = [(0, 1, 2)]
    either: list[Edge] = [(0, 1, 2), (3, 1, 2)]
    cases: dict[str, tuple[FloatArray, list[Edge]]] = {
        "max_lag + 2 rows": (x[: _MAX_LAG + 2], []),
        "fewer rows than lagged columns": (x[:9], []),
        "a doubled column": (_with(x, x[:, 0]), either),
        "a column that is the sum of two": (_with(x, x[:, 0] + x[:, 2]), either),
        "a column that is constant after its first row": (_with(x, stops), cause),
        "one variable": (_autoregressive(len(x)), [(0, 0, 1)]),
    }
    failures: dict[str, str] = {}
    for what, (values, right) in cases.items():
        if (graph := _answer(method, values, what, failures)) is not None:
            failures |= _silence(graph, usual, what) or _error(method, graph, usual, right, what)
    require(not failures, _joined(failures))


def missing_values_are_passed_over_or_declined(method: Method) -> None:
    """Find the planted link through missing values, or say that none are taken."""
    values = planted_series([(0, 1, 2)], 500).segments[0].copy()
    values[generator().random(values.shape) < 0.05] = np.nan
    names = tuple(f"X{k}" for k in range(values.shape[1]))
    series = TimeSeries((values,), names, has_missing=True)
    if not method.handles.missing:
        try:
            method.discover(series, max_lag=_MAX_LAG, rng=generator())
        except DeclinedError:
            return
        raise AssertionError("handles.missing is False, yet missing values are taken")
    graph = discover(method, series, _MAX_LAG)
    best = ranked(graph)[0]
    require(
        best == (0, 1, 2),
        f"with 5 % of the values missing, the edge first in rank is {say(graph, best)}, expected "
        f"{say(graph, (0, 1, 2))}; use only windows that have the values which a test needs",
    )


def units_do_not_matter(method: Method) -> None:
    """Find the same links in units from 1e-12 to 1e12, and in whole numbers."""
    if method.handles.trivial:
        raise Skip("a trivial baseline may go by the scale of a variable")
    x = _ordinary()
    usual = discover(method, TimeSeries.from_array(x), _MAX_LAG)
    whole = np.round(4 * x).astype(np.int64)
    large, small = ([1e12, 1e-12, 1.0, 1e6], [1e-12, 1e12, 1e6, 1.0])
    cases: dict[str, FloatArray | IntArray] = {
        "a cause of 1e12": x * large,
        "a cause of 1e-12": x * small,
        "whole numbers": whole,
    }
    failures: dict[str, str] = {}
    for what, values in cases.items():
        if (graph := _answer(method, values, what, failures)) is None:
            failures.setdefault(what, "refused, although only the units differ")
            continue
        same = values is whole or method.handles.stochastic  # in its leading edge alone
        failures |= (
            _silence(graph, usual, what)
            or _error(method, graph, usual, [(0, 1, 2)], what)
            or ({} if same else _difference(graph, usual, what))
        )
    require(not failures, _joined(failures))


def _ordinary() -> FloatArray:
    return planted_series([(0, 1, 2)], 300).segments[0]


def _with(values: FloatArray, column: FloatArray) -> FloatArray:
    """Return the values with another last column."""
    return np.column_stack([values[:, :3], column])


def _autoregressive(n_samples: int) -> FloatArray:
    values = generator().uniform(-1, 1, (n_samples, 1))
    for t in range(1, n_samples):
        values[t] += 0.8 * values[t - 1]
    return values


def _answer(
    method: Method, values: FloatArray | IntArray, what: str, failures: dict[str, str]
) -> LaggedGraph | None:
    """Return the graph, or None where there is none; a failure is noted unless it is a refusal."""
    outcome: list[LaggedGraph | Exception] = []

    def ask() -> None:
        try:
            series = TimeSeries.from_array(values)
            outcome.append(method.discover(series, max_lag=_MAX_LAG, rng=generator()))
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything
            outcome.append(error)

    # A thread of its own can be left behind, whatever it hangs in.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    if not outcome:
        failures[what] = f"no answer after {_PATIENCE:g} s"
    elif isinstance(outcome[0], UnavailableError):
        raise Skip(f"cannot run on this machine: {outcome[0]}")
    elif isinstance(outcome[0], LaggedGraph):
        return outcome[0]
    elif not _is_refusal(method, outcome[0]):
        error = outcome[0]
        failures[what] = (
            f"{type(error).__name__}: {error}; raise a ValueError or a DeclinedError that says "
            "what is wrong and what to do"
        )
    return None


def _is_refusal(method: Method, error: Exception) -> bool:
    """Tell a ValueError or DeclinedError of ours from one that a library raised."""
    # A LinAlgError is a ValueError too.
    if type(error) is not ValueError and not isinstance(error, InputError | DeclinedError):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_in = "" if trace is None else str(trace.tb_frame.f_globals["__name__"])
    ours = {"methods", type(method).__module__.partition(".")[0]}
    return raised_in.partition(".")[0] in ours and " " in str(error)


def _silence(graph: LaggedGraph, usual: LaggedGraph, what: str) -> dict[str, str]:
    """Return a failure where scores are all 0, or NaN where an ordinary series has none."""
    lagged = graph.scores[:, :, 1:]
    if not np.nan_to_num(lagged).any():
        return {what: "all scores are 0; refuse what cannot be told"}
    others = ~np.eye(usual.n_vars, dtype=bool)
    speaks = not np.isnan(usual.scores[others][:, 1:]).any()
    if speaks and np.isnan(lagged[~np.eye(graph.n_vars, dtype=bool)]).any():
        return {what: "some scores are NaN at lags that have scores on an ordinary series"}
    return {}


def _error(
    method: Method, graph: LaggedGraph, usual: LaggedGraph, right: list[Edge], what: str
) -> dict[str, str]:
    """Return a failure unless one of the right edges leads, and is selected if it usually is.

    What a method gets wrong on an ordinary series too is for other checks to say.
    """
    if not right or method.handles.trivial or _first(usual) != (0, 1, 2):
        return {}
    top = _first(graph)
    if top not in right:
        return {what: f"{say(graph, top)} leads instead of {say(graph, *right)}"}
    if _selected(usual)[0, 1, 2] and not any(_selected(graph)[edge] for edge in right):
        return {what: f"{say(graph, *right)} is not selected, as it is on an ordinary series"}
    return {}


def _selected(graph: LaggedGraph) -> BoolArray:
    return np.zeros(graph.scores.shape, dtype=bool) if graph.adjacency is None else graph.adjacency


def _first(graph: LaggedGraph) -> Edge:
    """Return the leading edge at lags from 1 on."""
    return next(edge for edge in ranked(graph) if edge[2] > 0)


def _difference(graph: LaggedGraph, usual: LaggedGraph, what: str) -> dict[str, str]:
    """Return a failure unless scores and decision are those of the series in its own units.

    All scores may differ by one factor.
    """
    a, b = (g.scores / np.nanmax(np.abs(g.scores)) for g in (graph, usual))
    if not np.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True):
        return {what: f"relative scores differ by up to {np.nanmax(np.abs(a - b)):.2g}"}
    if not np.array_equal(_selected(graph), _selected(usual)):
        return {what: "other edges are selected than in the units of the series"}
    return {}


def _joined(failures: Mapping[str, str]) -> str:
    return "; ".join(f"{what}: {failure}" for what, failure in failures.items())
