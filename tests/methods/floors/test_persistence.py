import numpy as np

from methods import TimeSeries
from methods.floors.persistence import Persistence


def test_scores_and_selects_self_edges_at_lag_1_only():
    rng = np.random.default_rng(0)
    series = TimeSeries.from_array(rng.normal(size=(20, 3)))
    graph = Persistence().discover(series, max_lag=2, rng=rng)
    assert np.argwhere(graph.adjacency).tolist() == [[0, 0, 1], [1, 1, 1], [2, 2, 1]]
    assert np.array_equal(graph.scores[:, :, 1:], graph.adjacency[:, :, 1:].astype(float))
