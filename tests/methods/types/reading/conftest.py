"""A table in which `a` acts on `b` two steps later, and nothing else acts on anything."""

import numpy as np
import pandas as pd
import pytest

from methods.linear import VAR


@pytest.fixture
def planted():
    def table(n=600, seed=3):
        values = np.random.default_rng(seed).standard_normal((n, 3))
        values[2:, 1] += 0.9 * values[:-2, 0]
        return pd.DataFrame(values, columns=["a", "b", "c"])

    return table


@pytest.fixture
def edges():
    def found(series, max_lag=3, method=None):
        """Return the selected edges between different variables."""
        method = method or VAR(alpha=0.001)
        graph = method.discover(series, max_lag=max_lag, rng=np.random.default_rng(0))
        places = np.argwhere(graph.adjacency)
        return {(graph.names[i], graph.names[j], int(lag)) for i, j, lag in places if i != j}

    return found
