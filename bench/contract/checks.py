"""The contract of a method: what every adapter must do, checked on systems with known answers.

A check is a function of a method; its docstring is the line that `lagbench check` prints. It
raises AssertionError with a sentence that says what was expected and what was found, and
returns otherwise. No check knows any method: what does not apply follows from `method.handles`.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.contract import leaks
from bench.contract.hard_input import (
    hard_input_is_answered_or_refused,
    missing_values_are_passed_over_or_declined,
    units_do_not_matter,
)
from bench.contract.probes import (
    HEAVY,
    Skip,
    assert_same_scores,
    bordered,
    discover,
    generator,
    hint,
    noise,
    planted,
    planted_series,
    ranked,
    require,
    say,
)
from methods import DeclinedError, LaggedGraph, Method, TimeSeries
from methods.types.knowledge import Knowledge, Link


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check; `message` is empty for a pass."""

    name: str
    description: str
    status: Literal["pass", "fail", "skip"]
    message: str = ""


def run_checks(method: Method) -> list[CheckResult]:
    """Run every check, in order, and return one result for each.

    Whatever a method raises counts as a failure. Where it does not even return a well-formed
    graph, the checks that look into a graph are skipped: they would repeat the same failure.
    """
    results: list[CheckResult] = []
    formed = True
    for check in CHECKS:
        if not formed and check in _NEED_A_GRAPH:
            reason = "needs a well-formed result"
            results.append(CheckResult(check.__name__, describe(check), "skip", reason))
            continue
        results.append(_run(check, method))
        formed &= check is not result_is_well_formed or results[-1].status == "pass"
    return results


def _run(check: Callable[[Method], None], method: Method) -> CheckResult:
    name, description = check.__name__, describe(check)
    try:
        check(method)
    except Skip as reason:
        return CheckResult(name, description, "skip", str(reason))
    except AssertionError as failure:
        return CheckResult(name, description, "fail", str(failure))
    except Exception as error:  # noqa: BLE001 - an adapter may raise anything
        return CheckResult(name, description, "fail", f"{type(error).__name__}: {error}")
    return CheckResult(name, description, "pass")


def describe(check: Callable[[Method], None]) -> str:
    """Return the printed description of a check: its docstring."""
    return inspect.getdoc(check) or ""


def constructor_only_stores(method: Method) -> None:
    """Take keyword-only parameters with defaults, and only store them."""
    cls = type(method)
    parameters = inspect.signature(cls).parameters
    for name, parameter in parameters.items():
        require(
            parameter.kind is inspect.Parameter.KEYWORD_ONLY,
            f"parameter {name!r} can be given by position; put a bare * before it, or use "
            "@dataclass(frozen=True, kw_only=True)",
        )
        require(
            parameter.default is not inspect.Parameter.empty, f"parameter {name!r} has no default"
        )
    # A dataclass that checks its parameters would refuse to store anything else.
    checks = dataclasses.is_dataclass(cls) and hasattr(cls, "__post_init__")
    given = {name: p.default if checks else object() for name, p in parameters.items()}
    built = cls.__new__(cls)
    built.__init__(**given)  # type: ignore[misc]  # the check of parameters is not at issue
    for name, value in given.items():
        require(
            getattr(built, name, None) is value,
            f"attribute {name!r} is not what the constructor was given; store it as it is and "
            "convert it in discover",
        )
    more = sorted(set(getattr(built, "__dict__", {})) - set(given))
    require(not more, f"the constructor also sets {', '.join(more)}; do that work in discover")


def imports_are_lazy(method: Method) -> None:
    """Import no heavy library with the adapter's module."""
    module = type(method).__module__
    done = _import_alone(module, os.pathsep.join(filter(None, sys.path)))
    require(done.returncode == 0, f"importing {module} fails: {done.stderr.strip()[-500:]}")
    require(
        not done.stdout.strip(),
        f"importing {module} also imports {done.stdout.strip()}; import it inside discover",
    )


@functools.cache
def _import_alone(module: str, path: str) -> subprocess.CompletedProcess[str]:
    """Import a module in a process of its own, which prints the heavy libraries that it loads."""
    code = (
        f"import sys, importlib; importlib.import_module({module!r}); "
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def truth_is_out_of_reach(method: Method) -> None:
    """Reach no truth from the method, from what it is given, or by its imports."""
    for found in leaks.truths(method, noise(40), generator()):
        raise AssertionError(f"a {type(found).__name__} is reachable from the method")
    for path, packages in leaks.truth_imports(type(method)).items():
        raise AssertionError(
            f"{path.name} imports {', '.join(packages)}, where the truth is known; a method sees "
            "only the series"
        )


def result_is_well_formed(method: Method) -> None:
    """Return the agreed names and shape, and NaN at lag 0 unless declared."""
    series = noise(300)
    # Infinite scores, wrong types and p-values outside [0, 1] are refused by LaggedGraph.
    graph = discover(method, series, 3)
    shape = (series.n_vars, series.n_vars, 4)
    require(graph.names == series.names, f"names are {graph.names}, the series has {series.names}")
    require(graph.scores.shape == shape, f"scores have shape {graph.scores.shape}, not {shape}")
    require(np.isfinite(graph.scores[:, :, 1:]).any(), "no lag from 1 on has a score")
    now = graph.scores[:, :, 0]
    require(
        method.handles.instantaneous or np.isnan(now).all(),
        "lag 0 has scores although handles.instantaneous is False; set NaN there or declare it",
    )
    require(np.isnan(np.diag(now)).all(), "lag 0 scores a variable as cause of itself; set NaN")


def marks_agree_with_the_decision(method: Method) -> None:
    """Mark every selected edge --> or o->, and select every scored link that is marked -->."""
    graph = discover(method, _at_once(), 2)
    if graph.marks is None:
        raise Skip("gives no marks beside its decision")
    require(graph.adjacency is not None, "there are marks, but no decision")
    # Unknown marks, and marks at lag 0 that are not mirrored, are refused by LaggedGraph.
    selected, scored = np.asarray(graph.adjacency), ~np.isnan(graph.scores)
    for wrong, what in (
        (selected & ~np.isin(graph.marks, ("-->", "o->")), "is selected"),
        (~selected & scored & (graph.marks == "-->"), "is not selected"),
    ):
        for i, j, lag in np.argwhere(wrong).tolist():
            mark = str(graph.marks[i, j, lag])
            raise AssertionError(f"{say(graph, (i, j, lag))} {what} and marked {mark!r}")
    require(
        (np.diagonal(graph.marks[:, :, 0]) == "").all(), "a variable is linked to itself at lag 0"
    )


def _at_once() -> TimeSeries:
    """Return a series with a lagged edge, one at lag 0 that it directs, and one that none does."""
    values = planted([(0, 1, 2)], 800, np.random.default_rng(21))
    values[:, 3] += 0.8 * values[:, 1]
    free = np.random.default_rng(22).uniform(-1, 1, size=(len(values), 2))
    free[:, 1] += free[:, 0]
    return TimeSeries.from_array(np.hstack([values, free]))


def knowledge_is_kept_or_declined(method: Method) -> None:
    """Select nothing that is forbidden, select or decline what is required, or decline both."""
    series = planted_series([(0, 1, 2)])
    a, b, c, d = series.names

    def found(known: Knowledge) -> LaggedGraph:
        return method.discover(series, max_lag=2, rng=generator(), knowledge=known)  # type: ignore[call-arg]

    forbidden = Knowledge(forbidden=(Link(a, b),))
    if not method.handles.knowledge:
        try:
            found(forbidden)
        except DeclinedError:
            raise Skip("takes no background knowledge, and says so") from None
        raise AssertionError("handles.knowledge is False, yet knowledge is taken")
    graph = found(forbidden)
    require(graph.adjacency is not None, "knowledge is taken, but nothing is selected")
    require(not np.asarray(graph.adjacency)[0, 1].any(), f"{a} -> {b} is forbidden and selected")
    require(bool(np.isnan(graph.scores[0, 1]).all()), "a forbidden link has a score")
    try:
        graph = found(Knowledge(required=(Link(c, d, 1),)))
    except DeclinedError:
        return
    selected = bool(np.asarray(graph.adjacency)[2, 3, 1])
    require(selected, f"{say(graph, (2, 3, 1))} is required and not selected")


def planted_edge_comes_first(method: Method) -> None:
    """Rank a single planted edge at lag 2 first, with its direction and lag."""
    if method.handles.trivial:
        raise Skip("a trivial baseline is not expected to find the truth")
    graph = discover(method, planted_series([(0, 1, 2)]), 4)
    top = ranked(graph)[0]
    require(
        top == (0, 1, 2),
        f"{say(graph, (0, 1, 2))} was planted; the method ranks {say(graph, top)} "
        f"first{hint(top)}",
    )


def column_order_does_not_matter(method: Method) -> None:
    """Permute the scores with the columns, or keep the leading edges if stochastic."""
    if method.handles.trivial and method.handles.stochastic:
        raise Skip("a trivial method that draws its scores has no order to keep")
    edges, order = [(0, 1, 2), (3, 2, 1)], [2, 0, 3, 1]
    series = planted_series(edges, 400)
    expected = discover(method, series, 3).take(order)
    found = discover(method, series.take(order), 3)
    if not method.handles.stochastic:
        assert_same_scores(found, expected, f"with the columns in the order {order}")
        return
    before, after = (set(ranked(graph)[: len(edges)]) for graph in (expected, found))
    require(
        before == after,
        f"with the columns in the order {order} the leading edges are {say(found, *after)}; "
        f"before they were {say(found, *before)}",
    )


def same_seed_same_bytes(method: Method) -> None:
    """Return the same bytes for the same seed, and leave the series as it was."""
    series = planted_series([(0, 1, 2)], n_samples=200)
    before = [segment.copy() for segment in series.segments]
    first, second = (discover(method, series, 2) for _ in range(2))
    for old, now in zip(before, series.segments, strict=True):
        require(
            np.array_equal(old, now), "the method changes the values of the series it is given"
        )
    one, other = _arrays(first), _arrays(second)
    for name in sorted({*one, *other}):
        require(name in one and name in other, f"{name} is given in one run only")
        require(
            one[name].tobytes() == other[name].tobytes(),
            f"two runs with equal generators give different {name}; draw only from rng",
        )


def _arrays(graph: LaggedGraph, of: str = "") -> dict[str, np.ndarray]:
    """Return every array of a graph and of the graphs of its regimes, by name."""
    plain = {"scores": graph.scores, "adjacency": graph.adjacency, "p_values": graph.p_values}
    found: dict[str, np.ndarray] = {k: v for k, v in plain.items() if v is not None}
    found |= {f"edge_statistics[{k!r}]": v for k, v in graph.edge_statistics.items()}
    if graph.marks is not None:
        found["marks"] = graph.marks
    if graph.regimes is not None:
        found["regimes"] = np.concatenate(graph.regimes)
    found = {f"{name}{of}": array for name, array in found.items()}
    for label, part in graph.per_regime.items():
        found |= _arrays(part, f" of regime {label}")
    return found


def bad_input_is_refused(method: Method) -> None:
    """Refuse bad input with a ValueError that says what is wrong."""
    good = noise(60)
    values = good.segments[0]
    holed, flat = values.copy(), values.copy()
    holed[7, 1] = np.nan
    flat[:, 2] = 1.5
    cases: list[tuple[str, str, Callable[[], object]]] = [
        ("a missing value", "X1", lambda: discover(method, TimeSeries.from_array(holed), 2)),
        ("a constant column", "X2", lambda: discover(method, TimeSeries.from_array(flat), 2)),
        ("too few rows", "rows", lambda: discover(method, TimeSeries.from_array(values[:4]), 3)),
        ("max_lag 0", "max_lag", lambda: discover(method, good, 0)),
        ("max_lag 1.5", "max_lag", lambda: discover(method, good, 1.5)),
        ("an array as series", "series", lambda: discover(method, values, 2)),
        ("a seed as rng", "rng", lambda: method.discover(good, max_lag=2, rng=7)),  # type: ignore[arg-type]
    ]
    for what, named, call in cases:
        try:
            call()
        except ValueError as error:
            require(named in str(error), f"for {what}, the error does not name {named!r}: {error}")
        else:
            raise AssertionError(f"{what} is taken without an error; expected a ValueError")


def segment_border_is_not_crossed(method: Method) -> None:
    """Find no link that exists only across the borders of segments."""
    series = bordered()
    if not method.handles.segments:
        try:
            method.discover(series, max_lag=2, rng=generator())
        except DeclinedError:
            raise Skip("takes one segment only, and says so") from None
        raise AssertionError("handles.segments is False, yet several segments are taken")
    graph = discover(method, series, 2)
    if method.handles.trivial:
        turned = TimeSeries.from_segments(series.segments[::-1])
        assert_same_scores(discover(method, turned, 2), graph, "with the segments turned round")
        return
    # Either direction and any lag: whether those are right is for another check to say.
    across, within = (np.nanmax(graph.scores[[i, j], [j, i]]) for i, j in ((0, 1), (2, 3)))
    require(
        within > across,
        f"X0(t-1) -> X1(t), seen only by gluing segments, scores {across:.4g}; "
        f"X2(t-2) -> X3(t), planted within them, scores {within:.4g}: windows cross a border",
    )


CHECKS: tuple[Callable[[Method], None], ...] = (
    constructor_only_stores,
    imports_are_lazy,
    truth_is_out_of_reach,
    result_is_well_formed,
    marks_agree_with_the_decision,
    knowledge_is_kept_or_declined,
    planted_edge_comes_first,
    leaks.a_truth_in_sight_changes_nothing,
    column_order_does_not_matter,
    same_seed_same_bytes,
    bad_input_is_refused,
    hard_input_is_answered_or_refused,
    units_do_not_matter,
    missing_values_are_passed_over_or_declined,
    segment_border_is_not_crossed,
)
_NEED_A_GRAPH = (
    marks_agree_with_the_decision,
    knowledge_is_kept_or_declined,
    planted_edge_comes_first,
    leaks.a_truth_in_sight_changes_nothing,
    column_order_does_not_matter,
    same_seed_same_bytes,
    hard_input_is_answered_or_refused,
    units_do_not_matter,
    missing_values_are_passed_over_or_declined,
    segment_border_is_not_crossed,
)
