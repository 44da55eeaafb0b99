import numpy as np
import pytest
from scipy import stats

from methods.dot.instantaneous import links_now


def chained(draw, steps=2000):
    """X0 -> X1 -> X2 at the same step, X3 alone."""
    values = draw(size=(steps, 4))
    values[:, 1] += 0.8 * values[:, 0]
    values[:, 2] += 0.8 * values[:, 1]
    return values


def test_residuals_that_are_not_gaussian_have_a_direction():
    now = links_now(chained(np.random.default_rng(0).laplace), 0.05)
    assert np.argwhere(now.adjacency).tolist() == [[0, 1], [1, 2]]
    assert now.marks[0, 1] == "-->"
    assert now.marks[1, 0] == "<--"
    assert now.marks[0, 2] == ""
    assert now.scores[1, 0] == 0


def test_gaussian_residuals_have_links_without_one():
    now = links_now(chained(np.random.default_rng(0).normal), 0.05)
    assert not now.adjacency.any()
    assert np.argwhere(now.marks == "o-o").tolist() == [[0, 1], [1, 0], [1, 2], [2, 1]]
    assert np.array_equal(now.scores, now.scores.T, equal_nan=True)


def test_without_a_direction_the_statistic_is_that_of_a_partial_correlation(noise):
    values = noise(300, 3) @ noise(3, 3, seed=1)
    now = links_now(values, 0.05)
    rest = [v - v.mean() for v in values.T]
    fit = [np.linalg.lstsq(rest[2][:, None], r, rcond=None)[0][0] for r in rest[:2]]
    left = [r - b * rest[2] for r, b in zip(rest[:2], fit, strict=True)]
    r = stats.pearsonr(*left).statistic
    assert now.scores[0, 1] == pytest.approx(abs(r) / np.sqrt(1 - r * r))


@pytest.mark.parametrize("law", ["normal", "laplace"])
def test_independent_residuals_are_seldom_linked(law):
    draws = (getattr(np.random.default_rng(seed), law)(size=(300, 5)) for seed in range(200))
    found = [(links_now(values, 0.1).marks != "").any() for values in draws]
    assert np.mean(found) < 0.17


@pytest.mark.slow
def test_links_at_lag_0_stand_beside_the_lagged_ones(discover):
    values = np.random.default_rng(0).laplace(size=(1000, 3))
    for t in range(1, 1000):
        values[t, 1] += 0.6 * values[t - 1, 0]
        values[t, 2] += 0.7 * values[t, 1]
    graph = discover(values, max_lag=1, instantaneous=True)
    found = set(map(tuple, np.argwhere(graph.adjacency).tolist()))
    assert found >= {(0, 1, 1), (1, 2, 0)}
    assert graph.marks[2, 1, 0] == "<--"
    plain = discover(values, max_lag=1)
    assert np.isnan(plain.scores[:, :, 0]).all()
    assert np.array_equal(plain.scores[:, :, 1], graph.scores[:, :, 1])
