"""Regime-PCMCI step by step: graphs in given regimes, then regimes by given graphs, until stable.

`w[k, t]` is the weight of step `t` in regime `k`. One round has two steps:

1. For every `k`, PCMCI runs on the steps with `w[k, t] > 0.05`. Then every variable is regressed
   on its parents over the same steps. The squared errors at all steps are added up over variables,
   each in units of its standard deviation in the regime. Their sum is `e[k, t]`.
2. `w` minimises `sum_kt w[k, t] e[k, t]` with `0 <= w <= 1`, `sum_k w[k, t] = 1` and
   `sum_t |w[k, t + 1] - w[k, t]| <= C` for every `k`. This is a linear programme.

Source: Saggioro, de Wiljes, Kretschmer and Runge, Chaos 30, 2020, DOI 10.1063/5.0020538. The
threshold and the end of a run are those of tigramite, so that runs are the same. Tigramite's
programme repeats the last row once per step, in terms that grow with the square of the length.
Here the row is there once, which has the same solutions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, diags_array, eye_array, hstack, kron, vstack

from methods.types.arrays import FloatArray
from methods.types.errors import InputError

# As in tigramite: the weight above which a step belongs to a regime, the smallest number of steps
# of a regime, and the round from which on a small change ends a run.
_BELONGS, _FEWEST, _PATIENCE = 0.05, 6, 5


class Run(NamedTuple):
    """One random start: its sum of errors, the weights `(K, T)` and PCMCI's result per regime."""

    error: float
    weights: FloatArray
    found: dict[int, dict[str, Any]]


class Rounds(NamedTuple):
    """The inputs of a run.

    Parameters
    ----------
    values
        The series, `(T, n_vars)`.
    max_lag, n_regimes, max_transitions, iterations
        As in `RPCMCI`.
    search
        Returns PCMCI's result for the given steps.
    forecaster
        Returns a new regression of scikit-learn.
    """

    values: FloatArray
    max_lag: int
    n_regimes: int
    max_transitions: int
    iterations: int
    search: Callable[[Any], dict[str, Any]]
    forecaster: Callable[[], Any]

    def run(self, seed: int) -> Run | None:
        """Return the end of the rounds from one random start, or None if a round fails."""
        n_steps = len(self.values)
        weights = np.random.default_rng(seed).uniform(size=(self.n_regimes, n_steps))
        programme = _Programme.build(self.n_regimes, n_steps, self.max_transitions)
        for count in range(self.iterations):
            belongs = weights > _BELONGS
            if belongs.sum(axis=1).min() < _FEWEST:
                return None
            try:
                found = {k: self.search(np.flatnonzero(steps)) for k, steps in enumerate(belongs)}
                errors = [self._errors(found[k]["graph"], belongs[k]) for k in found]
            except ValueError:  # too few steps after the cut
                return None
            before, (weights, error) = weights, programme.solve(np.array(errors))
            change = np.abs(weights - before).sum()
            small = change <= 2 * self.n_regimes * n_steps // 100
            if change == 0 or (count >= _PATIENCE and small):
                break
        return Run(error, weights, found)

    def _errors(self, graph: Any, belongs: Any) -> FloatArray:
        """Return the squared errors of the forecasts by parents, 0 for the first `max_lag`."""
        from sklearn.preprocessing import StandardScaler

        cut = self.max_lag
        total = np.zeros(len(self.values))
        for effect in range(self.values.shape[1]):
            parents = np.argwhere(graph[:, effect] == "-->").tolist()
            nodes = [(effect, 0), *map(tuple, parents)]
            columns = np.column_stack(
                [self.values[cut - lag : len(self.values) - lag, k] for k, lag in nodes]
            )
            inside = belongs[cut:]
            columns = StandardScaler().fit(columns[inside]).transform(columns)
            target, past = columns[:, 0], columns[:, 1:]
            # Without parents the forecast is the mean, which is 0 after scaling.
            if parents:
                model = self.forecaster().fit(past[inside], target[inside])
                target = target - model.predict(past)
            total[cut:] += target**2
        return total


class _Programme(NamedTuple):
    """The linear programme over `[w[0], ..., w[K - 1], changes]`, without its costs."""

    shape: tuple[int, int]
    above: Any
    bounds: FloatArray
    equal: Any

    @classmethod
    def build(cls, n_regimes: int, n_steps: int, max_transitions: int) -> _Programme:
        ones = np.ones(n_steps - 1)
        step = diags_array([-ones, ones], offsets=[0, 1], shape=(n_steps - 1, n_steps))
        changes = kron(eye_array(n_regimes), step)
        size = eye_array(changes.shape[0])
        nothing = csc_array((n_regimes, changes.shape[1]))
        total = hstack([nothing, kron(eye_array(n_regimes), ones[None, :])])
        above = vstack([hstack([changes, -size]), hstack([-changes, -size]), total])
        bounds = np.append(np.zeros(2 * len(size.diagonal())), np.full(n_regimes, max_transitions))
        sums = kron(np.ones((1, n_regimes)), eye_array(n_steps))
        equal = hstack([sums, csc_array((n_steps, size.shape[0]))])
        return cls((n_regimes, n_steps), above.tocsc(), bounds, equal.tocsc())

    def solve(self, errors: FloatArray) -> tuple[FloatArray, float]:
        """Return the weights and their sum of errors."""
        n = errors.size
        costs = np.append(errors.ravel(), np.zeros(self.equal.shape[1] - n))
        found = linprog(
            costs,
            A_ub=self.above,
            b_ub=self.bounds,
            A_eq=self.equal,
            b_eq=np.ones(self.shape[1]),
            method="highs",
        )
        if found.x is None:
            raise InputError(f"regimes: the linear programme has no solution ({found.message})")
        return found.x[:n].reshape(self.shape), float(found.fun)
