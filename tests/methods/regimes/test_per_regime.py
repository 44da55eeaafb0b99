"""The wrapper against the method run by hand on each regime."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods import DeclinedError, Handles, LaggedGraph, Method, TimeSeries
from methods.linear import VAR
from methods.pc import CDNOD
from methods.pcmci import RPCMCI
from methods.regimes.finder import Finder
from methods.regimes.per_regime import PerRegime


@dataclass(frozen=True, kw_only=True)
class Halves(Finder):
    """Says that the second half of every segment is another regime."""

    def find(self, series, max_lag, rng):
        assert series.regimes is None
        return tuple(np.arange(len(s)) * 2 // len(s) for s in series.segments)


@dataclass(frozen=True, kw_only=True)
class NeedsRows(Method):
    """Scores everything by the number of its rows, at least a hundred; decides nothing."""

    handles = Handles(trivial=True)

    def discover(self, series, *, max_lag, rng):
        assert series.regimes is None
        if series.n_samples < 100:
            raise DeclinedError("fewer than 100 rows")
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, float(series.n_samples)), series.names)


@dataclass(frozen=True, kw_only=True)
class TakesLabels(Method):
    """Returns a graph for each label that it is given."""

    handles = Handles(regimes=True, trivial=True)

    def discover(self, series, *, max_lag, rng):
        assert series.regimes is not None
        scores = np.ones((series.n_vars, series.n_vars, max_lag))
        graph = LaggedGraph.from_lags(scores, series.names)
        names = np.unique(np.concatenate(series.regimes)).tolist()
        return dataclasses.replace(graph, per_regime=dict.fromkeys(names, graph))


def run(series, regimes, method=None, finder=None, max_lag=1):
    wrapped = PerRegime(method=method or VAR(), regimes=regimes, finder=finder)
    return wrapped.discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def by_hand(*segments):
    series = TimeSeries.from_segments(segments)
    return VAR().discover(series, max_lag=1, rng=np.random.default_rng(0))


def equal(one, other):
    return np.array_equal(one.scores, other.scores, equal_nan=True) and np.array_equal(
        one.adjacency, other.adjacency
    )


def test_told_is_the_method_on_the_stays_in_each_regime(two_regimes):
    labels = np.repeat([0, 1, 0, 1], [200, 150, 100, 2])
    values = two_regimes(labels)
    graph = run(TimeSeries.from_array(values, regimes=labels), "told")
    assert equal(graph.per_regime[0], by_hand(values[:200], values[350:450]))
    assert equal(graph.per_regime[1], by_hand(values[200:350]))  # the last stay is too short
    assert graph.regimes is None
    edges = [np.argwhere(part.adjacency).tolist() for part in graph.per_regime.values()]
    assert edges == [[[0, 1, 1]], [[0, 2, 1]]]
    assert np.array_equal(
        graph.adjacency, graph.per_regime[0].adjacency | graph.per_regime[1].adjacency
    )


def test_segments_are_regimes_of_their_own(two_regimes):
    segments = [two_regimes(np.full(200, k), seed) for seed, k in enumerate([0, 1, 0])]
    graph = run(TimeSeries.from_segments(segments), "segments")
    assert all(equal(graph.per_regime[k], by_hand(s)) for k, s in enumerate(segments))
    assert [set(labels) for labels in graph.regimes] == [{0}, {1}, {2}]


def test_pool_is_one_graph_of_everything_whatever_the_labels(two_regimes):
    labels = np.repeat([0, 1], 150)
    values = two_regimes(labels)
    graph = run(TimeSeries.from_array(values, regimes=labels), "pool")
    assert equal(graph, by_hand(values))
    assert not graph.per_regime
    assert graph.regimes is None


def test_found_uses_the_labels_of_the_finder_and_says_them(two_regimes):
    values = two_regimes(np.repeat([0, 1], 150))
    series = TimeSeries.from_array(values, regimes=np.zeros(300, dtype=int))
    graph = run(series, "found", finder=Halves())
    assert equal(graph.per_regime[0], by_hand(values[:150]))
    assert equal(graph.per_regime[1], by_hand(values[150:]))
    assert np.array_equal(graph.regimes[0], np.repeat([0, 1], 150))


@pytest.mark.parametrize(
    ("regimes", "expected"), [("pool", [0]), ("segments", [0, 1]), ("told", [4, 7])]
)
def test_a_method_that_takes_labels_is_handed_them(regimes, expected, two_regimes):
    labels = [np.full(60, 7), np.full(60, 4)]
    series = TimeSeries.from_segments(
        [two_regimes(np.zeros(60, dtype=int), k) for k in (0, 1)], regimes=labels
    )
    assert sorted(run(series, regimes, TakesLabels()).per_regime) == expected
    assert run(series, regimes, CDNOD()).scores.shape == (3, 3, 2)


def test_a_regime_on_which_the_method_declines_has_no_graph(two_regimes):
    labels = np.repeat([0, 1, 2], [150, 60, 120])
    series = TimeSeries.from_array(two_regimes(labels % 2), regimes=labels)
    graph = run(series, "told", NeedsRows())
    assert sorted(graph.per_regime) == [0, 2]
    assert graph.adjacency is None
    few = TimeSeries.from_array(two_regimes(labels % 2)[:120], regimes=np.repeat([0, 1], 60))
    with pytest.raises(DeclinedError, match="fewer than 100 rows"):
        run(few, "told", NeedsRows())


def test_one_regime_is_one_run_on_the_whole_series(two_regimes):
    values = two_regimes(np.zeros(200, dtype=int))
    for labels in (np.full(200, 3), np.repeat([3, 5], [198, 2])):
        graph = run(TimeSeries.from_array(values, regimes=labels), "told")
        assert equal(graph, by_hand(values))
        assert not graph.per_regime


def test_what_looks_for_regimes_by_itself_and_takes_no_labels_declines(two_regimes):
    series = TimeSeries.from_array(two_regimes(np.repeat([0, 1], 150)))
    for regimes in ("pool", "segments"):
        with pytest.raises(DeclinedError, match=r"RPCMCI looks for changes .* regimes=own"):
            run(series, regimes, RPCMCI())


def test_what_does_not_fit_together_is_refused(two_regimes):
    with pytest.raises(ValueError, match="finder: expected one with regimes=found"):
        PerRegime(method=VAR(), regimes="found")
    with pytest.raises(ValueError, match="found Halves with regimes=told"):
        PerRegime(method=VAR(), regimes="told", finder=Halves())
    unlabelled = TimeSeries.from_array(two_regimes(np.zeros(50, dtype=int)))
    with pytest.raises(ValueError, match="regimes: expected a series with the label"):
        run(unlabelled, "told")


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60)), min_size=1, max_size=6).filter(
        lambda stays: sum(n for _, n in stays) >= 40
    )
)
def test_every_graph_is_of_the_steps_of_its_regime_alone(stays):
    """Values of regime k are noise times 10 to the power k: a foreign step would show."""
    labels = np.repeat(*np.array(stays).T)
    noise = np.random.default_rng(0).normal(size=(len(labels), 2))
    series = TimeSeries.from_array(noise * 10.0 ** labels[:, None], regimes=labels)
    seen = []

    @dataclass(frozen=True, kw_only=True)
    class Looks(Method):
        handles = Handles(trivial=True)

        def discover(self, series, *, max_lag, rng):
            seen.extend(series.segments)
            return LaggedGraph.from_lags(np.ones((2, 2, max_lag)), series.names)

    graph = run(series, "told", Looks(), max_lag=2)
    if graph.per_regime:
        borders = np.flatnonzero(np.diff(labels)) + 1
        kept = [
            (int(stay[0]), rows)
            for stay, rows in zip(
                np.split(labels, borders), np.split(series.segments[0], borders), strict=True
            )
            if len(rows) >= 4
        ]
        expected = [rows for _, rows in sorted(kept, key=lambda pair: pair[0])]
        assert all(np.array_equal(a, b) for a, b in zip(seen, expected, strict=True))
    else:
        assert [len(rows) for rows in seen] == [len(labels)]
