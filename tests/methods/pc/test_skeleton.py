import itertools

import numpy as np
import pytest
from scipy.stats import norm

from methods.pc.skeleton import skeleton


def statistic(values, x, y, chosen):
    """Fisher's z of the residuals of two columns on others, by least squares."""
    design = np.column_stack([np.ones(len(values)), values[:, chosen]])
    left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    r = np.corrcoef(left[:, x], left[:, y])[0, 1]
    return np.sqrt(len(values) - len(chosen) - 3) * abs(np.arctanh(r))


def test_smallest_statistics_are_those_over_all_sets_where_nothing_is_removed():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(400, 5)) + rng.normal(size=(400, 1))
    kept, smallest = skeleton(np.corrcoef(values.T), 400, 0.999999)
    assert np.array_equal(kept, ~np.eye(5, dtype=bool))
    for x, y in itertools.combinations(range(5), 2):
        others = [k for k in range(5) if k not in (x, y)]
        sets = itertools.chain(*(itertools.combinations(others, k) for k in range(4)))
        expected = min(statistic(values, x, y, list(chosen)) for chosen in sets)
        assert smallest[x, y] == smallest[y, x] == pytest.approx(expected, rel=1e-9)


def test_many_sets_are_the_same_in_pieces(monkeypatch):
    values = np.random.default_rng(0).normal(size=(100, 7))
    values[:, 1:] += values[:, :-1]
    correlations = np.corrcoef(values.T)
    kept, smallest = skeleton(correlations, 100, 0.01)
    assert np.array_equal(kept, (smallest >= norm.isf(0.005)) & ~np.eye(7, dtype=bool))
    assert kept.any()
    monkeypatch.setattr("methods.pc.skeleton._CHUNK", 2)
    again, smallest_again = skeleton(correlations, 100, 0.01)
    assert np.array_equal(again, kept)
    assert smallest_again == pytest.approx(smallest, rel=1e-12)


def test_one_column_has_no_neighbour():
    kept, _ = skeleton(np.ones((1, 1)), 10, 0.05)
    assert not kept.any()
