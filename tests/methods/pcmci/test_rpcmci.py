import sys

import numpy as np
import pytest

from methods import DeclinedError, TimeSeries, UnavailableError
from methods.pcmci.library.rounds import _Programme
from methods.pcmci.rpcmci import RPCMCI


def switching(n_samples, seed=0, n_vars=2):
    """X0 -> X1 at lag 1, with the sign turned round halfway; all autocorrelated."""
    values = np.random.default_rng(seed).normal(size=(n_samples, n_vars))
    for t in range(1, n_samples):
        values[t] += 0.3 * values[t - 1]
        values[t, 1] += (0.9 if t < n_samples // 2 else -0.9) * values[t - 1, 0]
    return TimeSeries.from_array(values)


def discover(series, max_lag=1, **parameters):
    return RPCMCI(**parameters).discover(series, max_lag=max_lag, rng=np.random.default_rng(1))


def test_finds_when_a_link_turns_round():
    graph = discover(switching(200, seed=1), runs=5)
    labels = graph.regimes[0]
    halves = labels[:100], labels[100:]
    assert {np.bincount(half).argmax() for half in halves} == {0, 1}
    assert np.mean([(half == np.bincount(half).argmax()).mean() for half in halves]) > 0.9
    assert set(graph.per_regime) == {0, 1}
    for part in graph.per_regime.values():
        assert part.adjacency[0, 1, 1]
        assert part.p_values[0, 1, 1] < 1e-6
        assert not part.adjacency[1, 0].any()
    steps = np.bincount(labels)
    shares = [
        np.sqrt(steps[k] / steps.max()) * part.scores for k, part in graph.per_regime.items()
    ]
    assert np.allclose(graph.scores, np.max(shares, axis=0), equal_nan=True)


@pytest.mark.parametrize(("seed", "max_lag", "n_vars"), [(2, 1, 3), (4, 1, 2), (5, 2, 2)])
def test_rounds_are_those_of_the_library(seed, max_lag, n_vars):
    pytest.importorskip("ortools")
    series = switching(120, seed, n_vars)
    fast, library = (
        discover(series, max_lag, runs=2, exact=exact) for exact in ("fast", "library")
    )
    assert np.array_equal(fast.regimes[0][max_lag:], library.regimes[0][max_lag:])
    for label, part in library.per_regime.items():
        found = fast.per_regime[label]
        assert np.array_equal(found.adjacency, part.adjacency)
        np.testing.assert_allclose(found.scores, part.scores, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.p_values, part.p_values, rtol=0, atol=1e-11)


@pytest.mark.parametrize("transitions", [1, 2, 3])
def test_regimes_have_the_smallest_error_with_so_many_transitions(transitions):
    rng = np.random.default_rng(0)
    n_steps = 10
    labels = (np.arange(2**n_steps)[:, None] >> np.arange(n_steps)) & 1
    allowed = labels[np.abs(np.diff(labels)).sum(axis=1) <= transitions]
    for _ in range(20):
        errors = rng.chisquare(2, size=(2, n_steps))
        weights, error = _Programme.build(2, n_steps, transitions).solve(errors)
        best = np.where(allowed == 1, errors[1], errors[0]).sum(axis=1).min()
        # Weights between 0 and 1 may do better, never worse.
        assert error < best + 1e-9
        np.testing.assert_allclose(weights.sum(axis=0), 1)
        assert np.abs(np.diff(weights)).sum(axis=1).max() < transitions + 1e-9
        if np.isclose(weights, weights.round()).all():
            assert error == pytest.approx(best)


@pytest.mark.parametrize("exact", ["fast", "library"])
def test_runs_that_all_fail_are_declined(exact):
    if exact == "library":
        pytest.importorskip("ortools")
    with pytest.raises(DeclinedError, match="no run without an error among 2"):
        discover(switching(30), runs=2, n_regimes=6, exact=exact)


def test_the_library_needs_ortools(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools", None)
    monkeypatch.setitem(sys.modules, "ortools.linear_solver", None)
    monkeypatch.delitem(sys.modules, "tigramite.rpcmci", raising=False)
    with pytest.raises(UnavailableError, match=r"ortools.*lagbench\[rpcmci\]"):
        discover(switching(60), exact="library")


def test_several_segments_are_declined():
    parts = [switching(60).segments[0]] * 2
    with pytest.raises(DeclinedError, match="takes one segment"):
        discover(TimeSeries.from_segments(parts))
