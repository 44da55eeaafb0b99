import numpy as np
from causallearn.search.ConstraintBased.FCI import fci
from scipy.stats import norm

from methods import TimeSeries
from methods.common.lagged import blocks
from methods.pc.columns import time_order
from methods.pc.fci import FCI
from methods.pc.pc import PC


def discover(values, max_lag=2, method=FCI, **parameters):
    series = TimeSeries.from_array(values)
    return method(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(0))


def with_hidden_chain(n_samples=4000):
    """X0(t-1) -> X1(t), and a hidden driver that shows in X2 one step before it shows in X3."""
    rng = np.random.default_rng(0)
    values, hidden = rng.normal(size=(n_samples, 4)), rng.normal(size=n_samples)
    values[1:, 1] += 0.8 * values[:-1, 0]
    values[1:, 2] += hidden[1:]
    values[2:, 3] += hidden[1:-1]
    return values


def test_finds_the_effect_and_calls_a_hidden_cause_an_effect_too():
    graph = discover(with_hidden_chain(), alpha=1e-4)
    assert np.argwhere(graph.adjacency).tolist() == [[0, 1, 1], [2, 3, 1]]


def test_marks_are_those_of_the_library_at_every_lag():
    rng = np.random.default_rng(4)
    values, hidden = rng.normal(size=(1500, 5)), rng.normal(size=1500)
    values[1:, 1] += 0.8 * values[:-1, 0]  # a cause with a direction, 1 -> 2 at lag 0
    values[:, 2] += 0.8 * values[:, 1]
    values[:, 3] += hidden
    values[:, 4] += hidden
    series = TimeSeries.from_array(values)
    rows = np.concatenate(list(blocks(series, 1)))
    found, _ = fci(
        rows, "fisherz", 0.01, background_knowledge=time_order(5, 1), show_progress=False
    )
    marks = discover(values, max_lag=1, alpha=0.01).marks
    ends = {"TAIL": "--", "ARROW": "<>", "CIRCLE": "oo"}
    expected = np.full(marks.shape, "", dtype="<U3")
    for edge in found.get_graph_edges():
        a, b = (int(node.get_name()[1:]) - 1 for node in (edge.get_node1(), edge.get_node2()))
        one, other = edge.get_endpoint1(), edge.get_endpoint2()
        for (x, at_x), (y, at_y) in (((a, one), (b, other)), ((b, other), (a, one))):
            if y >= 5:  # the past comes first
                expected[x % 5, y - 5, int(x < 5)] = f"{ends[at_x.name][0]}-{ends[at_y.name][1]}"
    np.testing.assert_array_equal(marks, expected)
    assert (marks[1, 2, 0], marks[3, 4, 0]) == ("-->", "o-o")


def test_score_is_above_the_critical_value_exactly_where_an_edge_is_kept():
    for seed in range(10):
        values = np.random.default_rng(seed).normal(size=(150, 3))
        values[1:] += 0.5 * values[:-1, [1, 2, 0]]
        graph = discover(values)
        lagged = graph.scores[:, :, 1:]
        assert np.array_equal(lagged > norm.isf(0.025), graph.adjacency[:, :, 1:])


def test_keeps_no_edge_that_pc_removes_and_depth_0_keeps_what_correlates():
    values = np.random.default_rng(3).normal(size=(500, 3))
    values[1:, 1] += 0.9 * values[:-1, 0]
    values[1:, 2] += 0.9 * values[:-1, 1]
    full, shallow = discover(values), discover(values, depth=0)
    assert not (full.adjacency & ~discover(values, method=PC).adjacency).any()
    assert not full.adjacency[0, 2, 2]
    assert shallow.scores[0, 2, 2] > full.scores[0, 2, 2]
