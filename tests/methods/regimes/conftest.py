"""A linear system of two regimes with one edge each; the fixture hands out a function."""

import numpy as np
import pytest


@pytest.fixture
def two_regimes():
    """X0 drives X1 in regime 0 and X2 in regime 1, both at lag 1."""

    def build(labels, seed=0):
        values = np.random.default_rng(seed).normal(size=(len(labels), 3))
        for t in range(1, len(values)):
            values[t, 1 + labels[t]] += 1.5 * values[t - 1, 0]
        return values

    return build
