# %% [markdown]
# # A method of your own
#
# A class with one function: a series in, scores out as `[cause, effect, lag]`. Parameters are
# annotated with their range and are checked.

# %%
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from bench import compare, table
from methods import Handles, LaggedGraph, Method, TimeSeries


@dataclass(frozen=True, kw_only=True)
class Ridge(Method):
    """Absolute coefficients of a ridge regression on all lagged values."""

    penalty: Annotated[float, Gt(0)] = 1.0
    handles = Handles()

    def discover(
        self, series: TimeSeries, *, max_lag: int, rng: np.random.Generator
    ) -> LaggedGraph:
        """Regress every variable on the past of all."""
        pairs = list(series.standardized().windows(max_lag))
        past = np.concatenate([past for past, _ in pairs])
        present = np.concatenate([present for _, present in pairs])
        design = past.reshape(len(past), -1)
        gram = design.T @ design + self.penalty * np.eye(design.shape[1])
        weights = np.linalg.solve(gram, design.T @ present)
        scores = np.abs(weights).reshape(series.n_vars, max_lag, series.n_vars).swapaxes(1, 2)
        return LaggedGraph.from_lags(scores, series.names)


# %% [markdown]
# How does it do beside others?

# %%
methods = {"weak penalty": Ridge(), "strong penalty": Ridge(penalty=1000.0), "var": "var"}
results = compare(["linear"], {**methods, "random": "random"}, n_samples=300, seeds=[0, 1])
print(table(results).round(2).to_string())

# %% [markdown]
# Saved as `my_method.py`, the class is known to every command. `lagbench check my_method:Ridge`
# plants edges, permutes columns, changes units and gives bad input; `lagbench run
# method=[my_method:Ridge,var] methods.my_method:Ridge.penalty=10` runs it in a sweep.
