import numpy as np
import pytest


@pytest.fixture(scope="session")
def coefficients():
    """Return a function from a linear system to its coefficients."""

    def coefficients(system, n):
        """Return `[regime, cause, effect, lag]` of a linear system."""
        p = system.program
        regimes = len(p.order)
        a = np.zeros((regimes, n, n, 6))
        for equation in range(regimes * n):
            for u in range(int(p.first[equation]), int(p.first[equation + 1])):
                for k in range(int(p.begin[u]), int(p.begin[u + 1])):
                    place = (equation // n, int(p.cause[k]), equation % n, int(p.lag[k]))
                    a[place] += p.weight[u] * p.coefficient[k]
        return a

    return coefficients
