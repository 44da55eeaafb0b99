import numpy as np
import pytest
from lingam import DirectLiNGAM
from lingam.utils import predict_adaptive_lasso

from methods.linear.adaptive_lasso import adaptive_lasso
from methods.linear.causal_order import causal_order


def structural(seed, n, n_samples):
    """Return an acyclic linear system in a random order of its columns."""
    rng = np.random.default_rng(seed)
    noise = [rng.laplace, rng.normal, lambda size: rng.uniform(-1, 1, size)][seed % 3]
    weights = np.tril(rng.uniform(-1, 1, (n, n)) * (rng.random((n, n)) < 0.6), -1)
    values = np.linalg.solve(np.eye(n) - weights, noise(size=(n_samples, n)).T).T
    return values[:, rng.permutation(n)] * 10.0 ** rng.uniform(-3, 3, n)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_order_is_that_of_the_library(n):
    for seed in range(10):
        values = structural(seed, n, 150 + 20 * seed)
        assert causal_order(values) == DirectLiNGAM().fit(values).causal_order_


def test_order_is_the_true_one_where_the_noise_is_not_gaussian():
    noise = np.random.default_rng(0).laplace(size=(3000, 3))
    values = noise.copy()
    values[:, 0] += 0.8 * values[:, 2]
    values[:, 1] += 0.8 * values[:, 0]
    assert causal_order(values) == [2, 0, 1]


def test_one_huge_value_does_not_overflow():
    values = np.random.default_rng(0).laplace(size=(1_000_000, 2))
    values[0, 0] = 1e6
    assert sorted(causal_order(values)) == [0, 1]


def test_lasso_is_that_of_the_library_also_from_folded_rows():
    for seed in range(20):
        values = structural(seed, 6, 40 + 10 * seed)
        expected = predict_adaptive_lasso(values, list(range(5)), 5)
        folded = np.linalg.qr(values - values.mean(axis=0), mode="r")
        found = adaptive_lasso(folded[:, :5], folded[:, 5], len(values))
        assert np.array_equal(found != 0, expected != 0)
        assert found == pytest.approx(expected, rel=1e-8)
