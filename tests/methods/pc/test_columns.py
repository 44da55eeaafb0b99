"""What holds for every method of causal-learn, on both of its routes."""

import numpy as np
import pytest

from methods import DeclinedError, TimeSeries
from methods.pc.cdnod import CDNOD
from methods.pc.columns import banned_effects
from methods.pc.fci import FCI
from methods.pc.pc import PC
from methods.types.knowledge import Knowledge

ROUTES = [(method, exact) for method in (PC, FCI, CDNOD) for exact in ("fast", "library")]


def small_system(seed):
    """Return a random series with effects at lag 0 and beyond, and its number of lags.

    Every third has two segments.
    """
    rng = np.random.default_rng(seed)
    n, lags = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    n_samples = int(rng.integers(2 * n * (lags + 1) + lags + 20, 250))
    values = rng.normal(size=(n_samples, n))
    instant = np.tril(rng.uniform(-1, 1, (n, n)) * (rng.random((n, n)) < 0.4), -1)
    lagged = rng.uniform(-0.6, 0.6, (lags, n, n)) * (rng.random((lags, n, n)) < 0.3)
    for t in range(lags, n_samples):
        for lag in range(lags):
            values[t] += lagged[lag] @ np.tanh(values[t - 1 - lag])
        values[t] = np.linalg.solve(np.eye(n) - instant, values[t])
    values = values[:, rng.permutation(n)]
    cuts = [] if seed % 3 else [n_samples // 2]
    return TimeSeries.from_segments(np.split(values, cuts)), lags


def discover(method, series, max_lag, exact, **known):
    rng = np.random.default_rng(0)
    return method(exact=exact).discover(series, max_lag=max_lag, rng=rng, **known)


def both(method, series, max_lag, **known):
    return [discover(method, series, max_lag, exact, **known) for exact in ("fast", "library")]


@pytest.mark.parametrize("method", [PC, FCI, CDNOD])
def test_both_routes_agree_on_random_systems(method):
    for seed in range(60):
        series, lags = small_system(seed)
        fast, shipped = both(method, series, lags)
        assert np.array_equal(fast.adjacency, shipped.adjacency)
        assert np.array_equal(fast.marks, shipped.marks)
        assert fast.p_values == pytest.approx(shipped.p_values, rel=1e-7, abs=1e-14, nan_ok=True)
        # Statistics of the library are read back from p-values, which end at rounding.
        known = shipped.scores < 5
        assert fast.scores[known] == pytest.approx(shipped.scores[known], rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("method", [PC, FCI, CDNOD])
def test_nearly_equal_columns_are_decided_as_in_the_library(method):
    for seed in range(5):
        values = np.random.default_rng(seed).normal(size=(300, 3))
        values[2:, 1] += 0.6 * values[:-2, 0]
        values[:, 2] = values[:, 1] + 1e-5 * values[:, 2]
        fast, shipped = both(method, TimeSeries.from_array(values), 2)
        assert np.array_equal(fast.adjacency, shipped.adjacency)
        assert np.isfinite(fast.scores[:, :, 1:]).all()


@pytest.mark.parametrize(("method", "exact"), ROUTES)
def test_prints_nothing(capfd, method, exact):
    series, lags = small_system(1)
    discover(method, series, lags, exact)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("method", "exact"), ROUTES)
def test_what_could_hang_the_library_is_declined(method, exact):
    values = np.random.default_rng(0).normal(size=(60, 3))
    summed = np.column_stack([values, values[:, 0] + values[:, 1]])
    with pytest.raises(DeclinedError, match="lagged values of X0, X1, X3;"):
        discover(method, TimeSeries.from_array(summed), 2, exact)
    still = values.copy()
    still[1:-1, 2] = 0.0
    with pytest.raises(ValueError, match="X2"):
        discover(method, TimeSeries.from_array(still), 2, exact)
    with pytest.raises(DeclinedError, match="needs more than 13 windows"):
        discover(method, TimeSeries.from_array(values[:15]), 3, exact)


@pytest.mark.parametrize("method", [PC, FCI, CDNOD])
def test_one_variable_of_any_unit(method):
    values = np.random.default_rng(0).normal(size=(300, 1))
    values[1:] += 0.7 * values[:-1]
    graphs = [
        discover(method, TimeSeries.from_array(1e12 * scale * values + 3), 2, "fast")
        for scale in (1.0, 1e-24)
    ]
    for graph in graphs:
        assert graph.adjacency[0, 0].tolist() == [False, True, False]


@pytest.mark.parametrize("method", [PC, FCI])
def test_what_is_forbidden_is_left_out_on_both_routes(method):
    """The library's own knowledge on one route, and pairs that are never tested on the other."""
    known = {"forbidden": ["X0->X1", "X1->X0@1", "X0->X0@1"]}
    for seed in range(20):
        series, lags = small_system(seed)
        free = discover(method, series, lags, "fast")
        fast, shipped = both(method, series, lags, knowledge=known)
        assert np.array_equal(fast.marks, shipped.marks)
        assert np.array_equal(fast.adjacency, shipped.adjacency)
        assert fast.p_values == pytest.approx(shipped.p_values, rel=1e-7, abs=1e-14, nan_ok=True)
        for i, j, places in ((0, 1, slice(None)), (1, 0, 1), (0, 0, 1)):
            assert np.isnan(fast.scores[i, j, places]).all()
            assert not fast.adjacency[i, j, places].any()
        assert fast.marks[0, 1, 0] in ("", "<--", "<-o", "<->")
        assert not (fast.adjacency[2:, 2:] & np.isnan(free.scores[2:, 2:])).any()


def test_a_forbidden_link_is_forbidden_at_every_shift_in_time():
    """Columns are X0(t-1), X0(t-2), X1(t-1), X1(t-2), X0(t), X1(t)."""
    knowledge = Knowledge.of({"forbidden": ["X0->X1@1"]}).over(("X0", "X1"), 2)
    assert np.argwhere(banned_effects(knowledge, "PC")).tolist() == [[0, 5], [1, 2]]
    now = Knowledge.of({"forbidden": ["X1->X0@0"]}).over(("X0", "X1"), 2)
    assert np.argwhere(banned_effects(now, "PC")).tolist() == [[2, 0], [3, 1], [5, 4]]


def test_a_direction_that_is_forbidden_at_lag_0_leaves_the_other():
    values = np.random.default_rng(0).normal(size=(300, 2))
    values[:, 1] += values[:, 0]
    series = TimeSeries.from_array(values)
    known = {"forbidden": ["X1->X0@0"]}
    for exact in ("fast", "library"):
        graph = discover(PC, series, 1, exact, knowledge=known)
        assert graph.marks[:, :, 0].tolist() == [["", "-->"], ["<--", ""]]


@pytest.mark.parametrize("method", [PC, FCI])
def test_required_links_are_declined(method):
    series, lags = small_system(1)
    with pytest.raises(DeclinedError, match="takes forbidden links and tiers, and no required"):
        discover(method, series, lags, "fast", knowledge={"required": ["X0->X1@1"]})
