import numpy as np
import pytest
from causallearn.search.ConstraintBased.PC import pc
from scipy.stats import norm

from methods import TimeSeries
from methods.common.lagged import blocks
from methods.pc.pc import PC


def chain(n_samples, seed=0):
    """X0 -> X1 at lag 1, X1 -> X2 at lag 2."""
    values = np.random.default_rng(seed).normal(size=(n_samples, 3))
    for t in range(2, n_samples):
        values[t, 1] += 0.7 * values[t - 1, 0]
        values[t, 2] += 0.7 * values[t - 2, 1]
    return values


def discover(series, max_lag=3, **parameters):
    return PC(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def test_decision_is_that_of_the_library_without_knowledge_of_time():
    series = TimeSeries.from_array(chain(300))
    found = pc(np.concatenate(list(blocks(series, 3))), 0.05, "fisherz", show_progress=False)
    kept = (found.G.graph != 0)[:9, 9:].reshape(3, 3, 3).transpose(0, 2, 1)
    assert np.array_equal(discover(series).adjacency[:, :, 1:], kept)


def test_time_directs_what_it_can_and_lag_0_stays_open():
    values = chain(1000)
    values[:, 0] += values[:, 2]
    series = TimeSeries.from_array(values)
    found = pc(np.concatenate(list(blocks(series, 2))), 0.05, "fisherz", show_progress=False)
    marks = discover(series, max_lag=2).marks
    assert np.array_equal(marks[:, :, 0] == "o-o", found.G.graph[6:, 6:] != 0)
    assert marks[0, 2, 0] == "o-o"
    assert {*marks[:, :, 0].ravel()} == {"", "o-o"}
    assert {*marks[:, :, 1:].ravel()} == {"", "-->"}


def test_score_is_above_the_critical_value_exactly_where_an_edge_is_kept():
    graph = discover(TimeSeries.from_array(chain(300)), alpha=0.1)
    lagged = graph.scores[:, :, 1:]
    assert np.array_equal(lagged > norm.isf(0.05), graph.adjacency[:, :, 1:])
    assert graph.p_values[:, :, 1:] == pytest.approx(2 * norm.sf(lagged))


def test_separates_the_ends_of_a_chain():
    graph = discover(TimeSeries.from_array(chain(2000)), alpha=1e-4)
    assert np.argwhere(graph.adjacency).tolist() == [[0, 1, 1], [1, 2, 2]]
    assert np.abs(np.corrcoef(chain(2000)[:-3, 0], chain(2000)[3:, 2])[0, 1]) > 0.3


def test_scores_do_not_tie_where_p_values_underflow():
    values = chain(20_000)
    values[1:] += 0.9 * values[:-1]
    graph = discover(TimeSeries.from_array(values), max_lag=2)
    certain = graph.scores[graph.p_values == 0]
    assert len(certain) >= 2
    assert len(set(certain)) == len(certain)
