"""Linear systems with an edge at lag 0 or a hidden cause; the fixtures hand out functions."""

import numpy as np
import pytest


@pytest.fixture
def instantaneous():
    """X0 -> X1 at lag 2 and X1 -> X2 at lag 0; X0 and X1 are autocorrelated."""

    def build(n_samples=1500, seed=0):
        values = np.random.default_rng(seed).normal(size=(n_samples, 3))
        for t in range(2, n_samples):
            values[t, 0] += 0.6 * values[t - 1, 0]
            values[t, 1] += 0.5 * values[t - 1, 1] + 0.6 * values[t - 2, 0]
            values[t, 2] += 0.7 * values[t, 1]
        return values

    return build


@pytest.fixture
def confounded():
    """X1 -> X2 at lag 1, all autocorrelated; a hidden cause of X0 one step before X1."""

    def build(n_samples=1500, seed=0):
        values = np.random.default_rng(seed).normal(size=(n_samples, 4))
        for t in range(2, n_samples):
            values[t, :3] += 0.6 * values[t - 1, :3]
            values[t, 0] += 0.8 * values[t - 1, 3]
            values[t, 1] += 0.8 * values[t - 2, 3]
            values[t, 2] += 0.7 * values[t - 1, 1]
        return values[:, :3]

    return build
