import numpy as np
import pytest

from methods import TimeSeries
from methods.floors.random_scores import Random


def discover(seed=0, **parameters):
    series = TimeSeries.from_array(np.random.default_rng(1).normal(size=(20, 30)))
    return Random(**parameters).discover(series, max_lag=5, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("edge_rate", [0.0, 0.1, 0.5, 1.0])
def test_selects_at_the_edge_rate(edge_rate):
    selected = discover(edge_rate=edge_rate).adjacency[:, :, 1:]
    # 4500 draws: five standard deviations are at most 0.037.
    tolerance = 5 * np.sqrt(edge_rate * (1 - edge_rate) / selected.size)
    assert abs(selected.mean() - edge_rate) <= tolerance


def test_selects_the_highest_scores():
    graph = discover()
    lagged, selected = graph.scores[:, :, 1:], graph.adjacency[:, :, 1:]
    assert lagged[selected].min() > lagged[~selected].max()


def test_another_generator_gives_other_scores():
    assert not np.array_equal(discover(0).scores, discover(1).scores, equal_nan=True)
