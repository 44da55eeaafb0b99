import sys

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from tigramite.data_processing import DataFrame
from tigramite.independence_tests.parcorr import ParCorr
from tigramite.pcmci import PCMCI as Tigramite

from methods import DeclinedError, TimeSeries, UnavailableError
from methods.pcmci.pcmci import PCMCI


def chain(n_samples, seed=0):
    """X0 -> X1 at lag 2, X1 -> X2 at lag 1, all autocorrelated."""
    values = np.random.default_rng(seed).normal(size=(n_samples, 3))
    for t in range(2, n_samples):
        values[t] += 0.5 * values[t - 1]
        values[t, 1] += 0.6 * values[t - 2, 0]
        values[t, 2] += 0.6 * values[t - 1, 1]
    return values


def discover(series, max_lag=3, **parameters):
    return PCMCI(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def test_is_what_tigramite_returns_with_its_defaults():
    values = chain(400)
    graph = discover(TimeSeries.from_array(values, ["a", "b", "c"]), exact="library")
    found = Tigramite(DataFrame(values), ParCorr()).run_pcmci(tau_min=1, tau_max=3)
    assert graph.names == ("a", "b", "c")
    assert np.array_equal(graph.scores[:, :, 1:], np.abs(found["val_matrix"])[:, :, 1:])
    assert np.array_equal(graph.p_values[:, :, 1:], found["p_matrix"][:, :, 1:])
    assert np.array_equal(graph.to_tigramite()[:, :, 1:], found["graph"][:, :, 1:])


def test_the_fast_route_gives_the_same_and_is_the_default():
    series = TimeSeries.from_array(chain(400))
    fast, library = discover(series), discover(series, exact="library")
    assert fast.scores.tobytes() == discover(series, exact="fast").scores.tobytes()
    assert fast.scores.tobytes() != library.scores.tobytes()
    np.testing.assert_allclose(fast.scores, library.scores, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fast.p_values, library.p_values, rtol=0, atol=1e-11)
    assert np.array_equal(fast.adjacency, library.adjacency)


def test_false_discoveries_are_controlled_by_the_p_values_that_select():
    series = TimeSeries.from_array(np.random.default_rng(1).normal(size=(300, 8)))
    plain, corrected = discover(series), discover(series, fdr="fdr_bh")
    tested = ~np.isnan(plain.scores)
    assert plain.adjacency.sum() > 3
    assert corrected.adjacency.sum() == 0
    assert np.array_equal(corrected.scores, plain.scores, equal_nan=True)
    expected = false_discovery_control(plain.p_values[tested], method="bh")
    np.testing.assert_allclose(corrected.p_values[tested], expected)


@pytest.mark.slow
@pytest.mark.parametrize("test", ["robust_parcorr", "cmiknn", "gpdc"])
def test_other_tests_find_the_same_first(test):
    if test == "gpdc":
        pytest.importorskip("dcor")
    rng = np.random.default_rng(3)
    values = rng.normal(size=(40, 2))
    values[1:, 1] += 2 * values[:-1, 0] if test == "robust_parcorr" else values[:-1, 0] ** 2
    series = TimeSeries.from_array(values)
    method = PCMCI(cond_ind_test=test)
    graph = method.discover(series, max_lag=1, rng=np.random.default_rng(0))
    assert method.handles.nonlinear == (test != "robust_parcorr")
    assert np.unravel_index(np.nanargmax(graph.scores), graph.scores.shape) == (0, 1, 1)
    assert graph.adjacency[0, 1, 1]


def test_wrong_choices_are_refused():
    series = TimeSeries.from_array(chain(60))
    for name, wrong in (("cond_ind_test", "pearson"), ("exact", "slow"), ("fdr", "bonferroni")):
        with pytest.raises(ValueError, match=f"^{name}: expected .*found '{wrong}'"):
            discover(series, **{name: wrong})


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "dcor", None)
    monkeypatch.delitem(sys.modules, "tigramite.independence_tests.gpdc", raising=False)
    with pytest.raises(UnavailableError, match=r"dcor.*lagbench\[gpdc\]"):
        discover(TimeSeries.from_array(chain(60)), cond_ind_test="gpdc")


def test_finds_the_chain_and_not_its_shortcut():
    graph = discover(TimeSeries.from_array(chain(2000)), alpha=1e-4)
    truth = {(0, 0, 1), (1, 1, 1), (2, 2, 1), (0, 1, 2), (1, 2, 1)}
    assert {tuple(edge) for edge in np.argwhere(graph.adjacency).tolist()} == truth


def test_scores_do_not_tie_where_p_values_underflow():
    values = chain(20_000)
    graph = discover(TimeSeries.from_array(values), max_lag=2)
    certain = graph.scores[graph.p_values == 0]
    assert len(certain) > 2
    assert len(set(certain)) == len(certain)


def test_segments_give_the_edges_of_the_whole_and_short_ones_are_left_out():
    values = chain(2000)
    whole = discover(TimeSeries.from_array(values), alpha=1e-4)
    pieces = [values[k : k + 250] for k in range(0, 2000, 250)]
    split = discover(TimeSeries.from_segments(pieces), alpha=1e-4)
    assert np.array_equal(split.adjacency, whole.adjacency)
    short = discover(TimeSeries.from_segments([*pieces, values[:6]]), alpha=1e-4)
    assert np.array_equal(short.scores, split.scores, equal_nan=True)


def test_more_columns_than_rows_still_give_scores():
    values = np.random.default_rng(0).normal(size=(40, 12))
    graph = discover(TimeSeries.from_array(values), max_lag=4)
    assert np.isfinite(graph.scores[:, :, 1:]).all()


def test_segments_all_too_short_are_declined():
    series = TimeSeries.from_segments([chain(6), chain(5)])
    with pytest.raises(DeclinedError, match=r"at least 6 rows after the first .* = 6 .* found 0"):
        discover(series)


def test_conditions_that_leave_no_variation_are_declined():
    coins = (np.random.default_rng(19).random((14, 3)) < 0.5).astype(float)
    with pytest.raises(DeclinedError, match="variables that still vary"):
        discover(TimeSeries.from_array(coins))


def test_copied_column_is_declined_with_its_name():
    values = chain(200)
    series = TimeSeries.from_array(np.column_stack([values, values[:, 1]]), list("abcd"))
    with pytest.raises(DeclinedError, match="lagged values of b, d;"):
        discover(series)
