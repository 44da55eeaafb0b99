"""Every registered method under every choice of regimes, on two regimes of one edge each."""

import inspect
from typing import get_args

import numpy as np
import pytest

from methods import DeclinedError, TimeSeries, UnavailableError, registry
from methods.regimes.change_points import Ruptures
from methods.regimes.per_regime import Choice, PerRegime

CHOICES = [choice for choice in get_args(Choice) if choice != "own"]
QUICK = {"updates": 20, "epochs": 2, "iterations": 50, "members": 1}


def cases():
    """Yield every method and choice; what trains is for `make test-all`, but for two."""
    for name in registry.available():
        long = registry.load(name)().handles.stochastic and name not in ("random", "dot", "rpcmci")
        for choice in CHOICES:
            marks = [pytest.mark.slow] if long else []
            yield pytest.param(name, choice, marks=marks, id=f"{name}-{choice}")


def quick(name):
    """Return a method that trains for as short as it can."""
    cls = registry.load(name)
    known = inspect.signature(cls).parameters
    return cls(**{key: value for key, value in QUICK.items() if key in known})


@pytest.mark.parametrize(("name", "choice"), list(cases()))
def test_every_method_takes_every_choice(name, choice, two_regimes):
    method = quick(name)
    # What trains so short finds no edge in any number of rows.
    length = 300 if method == registry.load(name)() else 100
    labels = [np.full(length, k) for k in (0, 1)]
    segments = [two_regimes(part, seed=k) for k, part in enumerate(labels)]
    series = TimeSeries.from_segments(segments, regimes=labels if choice == "told" else None)
    finder = Ruptures() if choice == "found" else None
    wrapped = PerRegime(method=method, regimes=choice, finder=finder)
    run = {"max_lag": 2, "rng": np.random.default_rng(0)}
    if name == "rpcmci":
        with pytest.raises(DeclinedError, match="regimes=own"):
            wrapped.discover(series, **run)
        return
    try:
        graph = wrapped.discover(series, **run)
    except UnavailableError as reason:
        pytest.skip(str(reason))
    assert (graph.regimes is None) == (choice in ("pool", "told"))
    if choice == "pool":
        assert not graph.per_regime
    elif not method.handles.regimes:
        assert sorted(graph.per_regime) == [0, 1]
        if not (method.handles.stochastic or method.handles.trivial):
            assert [strongest(graph.per_regime[k]) for k in (0, 1)] == [(0, 1, 1), (0, 2, 1)]


def strongest(graph):
    """Return the lagged edge of the largest score, as `(cause, effect, lag)`."""
    lagged = graph.scores[:, :, 1:]
    cause, effect, lag = np.unravel_index(np.nanargmax(lagged), lagged.shape)
    return int(cause), int(effect), int(lag) + 1
