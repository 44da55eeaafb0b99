import copy

import numpy as np
import pytest
from tigramite.data_processing import DataFrame
from tigramite.independence_tests.parcorr import ParCorr
from tigramite.lpcmci import LPCMCI
from tigramite.pcmci import PCMCI

from methods import DeclinedError, TimeSeries
from methods.dot.method import DOT
from methods.dot.variants.screened import DOTLPCMCI, DOTPCMCIPlus

BOTH = pytest.mark.parametrize("method", [DOTPCMCIPlus, DOTLPCMCI])


def discover(method, values, max_lag=2, **parameters):
    series = values if isinstance(values, TimeSeries) else TimeSeries.from_array(values)
    parameters = {"updates": 20, "candidates": 3} | parameters
    return method(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def edges(array):
    return {tuple(edge) for edge in np.argwhere(array).tolist()}


def ranking(values, max_lag=2):
    dot = DOT(updates=20, readout="top_per_effect", find_regimes=False)
    series = TimeSeries.from_array(values)
    return dot.discover(series, max_lag=max_lag, rng=np.random.default_rng(0)).scores


def test_an_edge_at_lag_0_is_found_in_its_direction_where_dot_is_silent(instantaneous):
    values = instantaneous()
    assert np.isnan(ranking(values)[:, :, 0]).all()
    graph = discover(DOTPCMCIPlus, values)
    assert edges(graph.adjacency) == {(0, 0, 1), (0, 1, 2), (1, 1, 1), (1, 2, 0)}
    assert graph.scores[1, 2, 0] > 0.3
    assert graph.scores[2, 1, 0] == 0
    assert np.isnan(np.diag(graph.scores[:, :, 0])).all()


def test_what_a_hidden_cause_leaves_is_an_edge_to_dot_but_not_to_lpcmci(confounded):
    values = confounded()
    dot = DOT(updates=20).discover(
        TimeSeries.from_array(values), max_lag=2, rng=np.random.default_rng(0)
    )
    assert dot.adjacency[0, 1, 1]
    graph = discover(DOTLPCMCI, values)
    assert edges(graph.adjacency) == {(0, 0, 1), (1, 1, 1), (2, 2, 1), (1, 2, 1)}
    assert edges(graph.edge_statistics["confounded"] == 1) == {(0, 1, 1)}
    assert graph.p_values[0, 1, 1] < 1e-4


def test_with_every_link_open_the_searches_are_those_of_the_library(instantaneous):
    values = instantaneous(400)
    for method, search in (
        (DOTPCMCIPlus, lambda frame: PCMCI(frame, ParCorr()).run_pcmciplus(tau_max=2)),
        (
            DOTLPCMCI,
            lambda frame: LPCMCI(frame, ParCorr()).run_lpcmci(
                tau_max=2, pc_alpha=0.01, max_p_non_ancestral=3
            ),
        ),
    ):
        graph, found = discover(method, values, candidates=6), search(DataFrame(values))
        tested = ~np.isnan(graph.scores)
        assert tested.sum() == 3 * 6 + 6
        assert np.array_equal(graph.adjacency, found["graph"] == "-->")
        expected = found["p_matrix"][tested]
        np.testing.assert_allclose(graph.p_values[tested], expected, rtol=0, atol=1e-11)
        lagged = np.abs(found["val_matrix"])[:, :, 1:]
        np.testing.assert_allclose(graph.scores[:, :, 1:], lagged, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("method", "library", "search", "mark"),
    [
        (DOTPCMCIPlus, PCMCI, "run_pcmciplus", "-?>"),
        (DOTLPCMCI, LPCMCI, "run_lpcmci", "o?>"),
    ],
)
def test_only_dots_strongest_links_and_lag_0_are_tested(
    method, library, search, mark, monkeypatch, instantaneous
):
    real, given = getattr(library, search), {}

    def spy(self, link_assumptions, **rest):
        given.update(copy.deepcopy(link_assumptions))
        return real(self, link_assumptions=link_assumptions, **rest)

    monkeypatch.setattr(library, search, spy)
    values = instantaneous(600)
    graph, ranks = discover(method, values, candidates=2), ranking(values)
    for effect in range(3):
        by_rank = sorted(
            ((cause, -lag) for cause in range(3) for lag in (1, 2)),
            key=lambda link: -ranks[link[0], effect, -link[1]],
        )
        now = {(cause, 0): "o?o" for cause in range(3) if cause != effect}
        assert given[effect] == dict.fromkeys(by_rank[:2], mark) | now
        open_, closed = (
            [graph.scores[cause, effect, -lag] for cause, lag in part]
            for part in (by_rank[:2], by_rank[2:])
        )
        assert min(open_) >= 0 > max(closed)
        assert closed == sorted(closed, reverse=True)
        assert np.isnan([graph.p_values[c, effect, -lag] for c, lag in by_rank[2:]]).all()


@BOTH
def test_segments_give_the_edges_of_the_whole(method, instantaneous, confounded):
    values = {DOTPCMCIPlus: instantaneous, DOTLPCMCI: confounded}[method](2000)
    pieces = [values[k : k + 250] for k in range(0, 2000, 250)]
    split = discover(method, TimeSeries.from_segments([*pieces, values[:4]]))
    assert np.array_equal(split.adjacency, discover(method, values).adjacency)


@BOTH
def test_labels_of_regimes_change_nothing(method, instantaneous):
    values, labels = instantaneous(400), np.repeat([0, 1], 200)
    plain = discover(method, values)
    labelled = discover(method, TimeSeries.from_array(values, regimes=labels))
    assert labelled.scores.tobytes() == plain.scores.tobytes()
    assert not labelled.per_regime


@BOTH
def test_fewer_rows_than_conditions_still_give_scores(method):
    values = np.random.default_rng(0).normal(size=(30, 8))
    graph = discover(method, values, max_lag=4, candidates=10)
    assert np.isfinite(graph.scores[:, :, 1:]).all()


@BOTH
def test_a_copied_column_and_too_few_rows_are_declined(method, instantaneous):
    values = instantaneous(100)
    with pytest.raises(DeclinedError, match=f"^{method.__name__} .* lagged values of X1, X3;"):
        discover(method, np.column_stack([values, values[:, 1]]))
    with pytest.raises(DeclinedError, match=f"^{method.__name__} needs at least 6 rows"):
        discover(method, values[:7])
