"""What a LaggedGraph refuses, and its summary, its order of variables and its parts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods import LaggedGraph

RNG = np.random.default_rng
NAMES = ("a", "b", "c")


def scores_of(n=3, max_lag=2, seed=0):
    scores = RNG(seed).normal(size=(n, n, max_lag + 1))
    scores[:, :, 0] = np.nan
    return scores


def changed(array, at, value):
    copy = np.array(array)
    copy[at] = value
    return copy


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"names": ("a", "b", "a")}, r"names: expected unique names, found \('a', 'b', 'a'\)"),
        ({"names": ("a", "b")}, r"scores: expected shape \(2, 2, max_lag \+ 1\).*\(3, 3, 3\)"),
        ({"scores": np.zeros((3, 3))}, r"scores: expected shape \(3, 3, .* found \(3, 3\)"),
        ({"scores": np.zeros((3, 3, 0))}, r"scores: expected shape .* found \(3, 3, 0\)"),
        (
            {"scores": changed(scores_of(), (2, 1, 1), -np.inf)},
            r"scores: expected finite numbers or NaN, found -inf at \[2, 1, 1\]",
        ),
        (
            {"adjacency": np.zeros((3, 3, 3), dtype=int)},
            r"adjacency: expected bool of shape \(3, 3, 3\), found int64",
        ),
        (
            {"adjacency": np.zeros((3, 3, 2), dtype=bool)},
            r"adjacency: expected bool .* of shape \(3, 3, 2\)",
        ),
        (
            {"adjacency": changed(np.zeros((3, 3, 3), dtype=bool), (1, 2, 0), True)},
            r"adjacency: expected a score for every selected edge, found NaN at \[1, 2, 0\]",
        ),
        ({"p_values": np.zeros((3, 3))}, r"p_values: expected shape \(3, 3, 3\), found \(3, 3\)"),
        ({"p_values": np.full((3, 3, 3), 1.5)}, r"p_values: expected values in \[0, 1\] .* 1.5"),
        ({"p_values": np.full((3, 3, 3), -0.5)}, r"p_values: .* found -0.5 to -0.5"),
        (
            {"per_regime": {4: LaggedGraph(scores_of(max_lag=1), NAMES)}},
            r"per_regime\[4\]: expected the same names and shape \(3, 3, 3\), .*\(3, 3, 2\)",
        ),
        (
            {"per_regime": {4: LaggedGraph(scores_of(), ("a", "c", "b"))}},
            r"per_regime\[4\]: expected the same names .* found \('a', 'c', 'b'\)",
        ),
        ({"regimes": ()}, r"regimes: expected one array per segment, found none"),
        (
            {"regimes": (np.zeros(5, int), np.zeros(5))},
            r"regimes of segment 1: expected integers.* found shape \(5,\) of dtype float64",
        ),
        ({"regimes": np.zeros(5, int)}, r"regimes of segment 0: .* found shape \(\)"),
        (
            {"edge_statistics": {"rank_sd": np.zeros((3, 3))}},
            r"edge_statistics\['rank_sd'\]: expected shape \(3, 3, 3\), found \(3, 3\)",
        ),
        (
            {"edge_statistics": {"score": np.zeros((3, 3, 3))}},
            r"edge_statistics: expected names other than .*, found 'score'",
        ),
    ],
)
def test_what_is_refused_names_the_field_the_expectation_and_the_finding(fields, message):
    with pytest.raises(ValueError, match=message):
        LaggedGraph(**{"scores": scores_of(), "names": NAMES, **fields})


def test_arrays_are_read_only_copies():
    scores, adjacency, p_values = scores_of(), scores_of() > 0, np.full((3, 3, 3), 0.5)
    labels, spread = np.zeros((1, 1, 9), dtype=np.int32)[0], np.ones((3, 3, 3))
    graph = LaggedGraph(
        scores, NAMES, adjacency, p_values, {}, None, tuple(labels), {"rank_sd": spread}
    )
    before = graph.scores[0, 1, 1]
    scores[0, 1, 1], p_values[0, 1, 1] = 77, 1
    adjacency[:], labels[:], spread[:] = False, 5, 5
    assert (graph.regimes[0] == 0).all()
    assert (graph.edge_statistics["rank_sd"] == 1).all()
    assert graph.regimes[0].dtype == np.int64
    assert graph.scores[0, 1, 1] == before
    assert graph.adjacency.any()
    assert graph.p_values[0, 1, 1] == 0.5
    further = (graph.regimes[0], graph.edge_statistics["rank_sd"])
    for array in (graph.scores, graph.adjacency, graph.p_values, *further):
        with pytest.raises(ValueError, match="read-only"):
            array.flat[1] = 0


def test_from_lags_is_silent_at_lag_0():
    lagged = RNG(0).normal(size=(3, 3, 2))
    graph = LaggedGraph.from_lags(
        lagged,
        NAMES,
        adjacency=lagged > 0,
        p_values=lagged**2 / 99,
        forecast_error=0.5,
        edge_statistics={"votes": (lagged > 0).astype(int)},
    )
    assert (graph.n_vars, graph.max_lag, graph.forecast_error) == (3, 2, 0.5)
    assert np.isnan(graph.scores[:, :, 0]).all()
    assert np.isnan(graph.p_values[:, :, 0]).all()
    assert not graph.adjacency[:, :, 0].any()
    np.testing.assert_array_equal(graph.scores[:, :, 1:], lagged)
    np.testing.assert_array_equal(graph.adjacency[:, :, 1:], lagged > 0)
    np.testing.assert_array_equal(graph.p_values[:, :, 1:], lagged**2 / 99)
    votes = graph.edge_statistics["votes"]
    assert np.isnan(votes[:, :, 0]).all()
    np.testing.assert_array_equal(votes[:, :, 1:], lagged > 0)


def test_summary_is_the_largest_score_over_lags_by_hand():
    scores = np.full((2, 2, 3), np.nan)
    scores[0, 1] = [np.nan, -3.0, -1.0]
    scores[1, 1] = [np.nan, 2.0, 5.0]
    scores[1, 0] = [4.0, np.nan, 1.0]
    adjacency = np.zeros((2, 2, 3), dtype=bool)
    adjacency[1, 1, 2] = adjacency[0, 1, 1] = True
    graph = LaggedGraph(scores, ("a", "b"), adjacency)
    with_loops, without = graph.summary(), graph.summary(self_loops=False)
    np.testing.assert_array_equal(with_loops.scores, [[np.nan, -1], [4, 5]])
    np.testing.assert_array_equal(with_loops.adjacency, [[False, True], [False, True]])
    np.testing.assert_array_equal(without.scores, [[np.nan, -1], [4, np.nan]])
    np.testing.assert_array_equal(without.adjacency, [[False, True], [False, False]])
    assert graph.adjacency[1, 1, 2], "the graph itself keeps its self-loop"
    assert LaggedGraph(scores, ("a", "b")).summary().adjacency is None


@given(seed=st.integers(0, 2**32 - 1), order=st.permutations(range(4)))
def test_take_permutes_every_part_and_is_undone_by_its_inverse(seed, order):
    scores = scores_of(4, seed=seed)
    part = LaggedGraph(scores + 1, tuple("abcd"))
    labels = (np.array([1, 1]), np.array([1, 0, 1]))
    graph = LaggedGraph(
        scores,
        tuple("abcd"),
        scores > 0,
        abs(np.tanh(scores)),
        {1: part},
        0.25,
        labels,
        {"double": 2 * scores},
    )
    taken = graph.take(order)
    marked = replace(graph, marks=np.where(scores > 0, "-->", "")).take(order)
    np.testing.assert_array_equal(marked.marks == "-->", taken.scores > 0)
    np.testing.assert_array_equal(taken.edge_statistics["double"], 2 * taken.scores)
    assert [found.tolist() for found in taken.regimes] == [[1, 1], [1, 0, 1]]
    for new_cause, cause in enumerate(order):
        assert taken.names[new_cause] == graph.names[cause]
        for new_effect, effect in enumerate(order):
            for field in ("scores", "adjacency", "p_values"):
                np.testing.assert_array_equal(
                    getattr(taken, field)[new_cause, new_effect],
                    getattr(graph, field)[cause, effect],
                )
    np.testing.assert_array_equal(taken.per_regime[1].scores, taken.scores + 1)
    assert taken.forecast_error == 0.25
    back = taken.take(np.argsort(order))
    np.testing.assert_array_equal(back.scores, graph.scores)
    assert back.names == graph.names


def test_take_of_some_variables_is_the_graph_over_them():
    graph = LaggedGraph(scores_of(), NAMES)
    taken = graph.take([2, 0])
    assert taken.names == ("c", "a")
    np.testing.assert_array_equal(taken.scores[0, 1], graph.scores[2, 0])
