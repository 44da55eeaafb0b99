"""What is said of a metric holds for every metric that a score or a report names."""

import math

import numpy as np
import pytest

from bench.scoring.metrics import bounds, difference_bounds, direction
from bench.scoring.scores import score
from methods import LaggedGraph


@pytest.mark.parametrize("metric", ["shd@own", "summary:fp@top3", "error", "fdr@own", "stopped"])
def test_of_errors_and_costs_less_is_better(metric):
    assert direction(metric) == -1


@pytest.mark.parametrize("metric", ["f1 paper", "auprc", "regimes:ari", "summary:tp@own"])
def test_of_all_others_more_is_better(metric):
    assert direction(metric) == 1


def test_differences_reach_as_far_as_their_metric():
    assert difference_bounds("f1@own") == (-1, 1)
    assert difference_bounds("regimes:ari") == (-1.5, 1.5)
    assert difference_bounds("shd@own") == (-math.inf, math.inf)


def test_the_oracle_is_better_than_its_reverse_in_the_direction_of_each_metric_and_in_range():
    true = np.zeros((4, 4, 2))
    true[0, 1, 1] = true[1, 2, 1] = true[2, 3, 0] = 1.0
    names = ("a", "b", "c", "d")
    truth = LaggedGraph(true, names, adjacency=true > 0)
    oracle = LaggedGraph(true, names, adjacency=true > 0)
    reverse = LaggedGraph(1 - true, names, adjacency=true == 0)
    good, bad = (score(graph, truth, np.random.default_rng(0)) for graph in (oracle, reverse))
    for one, other in zip(good, bad, strict=True):
        low, high = bounds(one.metric)
        for value in (one.value, other.value):
            assert math.isnan(value) or low <= value <= high
        assert not direction(one.metric) * (one.value - other.value) < 0, one.name
