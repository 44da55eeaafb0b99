import numpy as np
import pytest

from methods import LaggedGraph, TimeSeries
from simulators.properties import describe


def graph(n, edges):
    scores = np.zeros((n, n, 3))
    for edge, size in edges.items():
        scores[edge] = size
    return LaggedGraph(scores, [f"X{i}" for i in range(n)], scores > 0)


@pytest.fixture(scope="module")
def series():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4_000, 3))
    x[:, 1] *= 2
    x[:, 2] += x[:, 0] + x[:, 1]
    x[:, 0] *= 10  # variances near 100, 4, 6; R2 near 1/2, 4/5, 5/6
    return TimeSeries.from_segments([x[:1_000] + 5, x[1_000:] + 5])


def test_sortability_by_hand(series):
    first = describe(series, graph(3, {(0, 1, 1): 0.5, (1, 2, 2): 0.2, (0, 0, 1): 0.1}))
    assert (first["var_sortability"], first["r2_sortability"]) == (0.5, 1.0)
    second = describe(series, graph(3, {(2, 1, 1): 0.5, (0, 2, 1): 0.5, (0, 2, 2): 0.5}))
    assert (second["var_sortability"], second["r2_sortability"]) == (0.0, 0.5)


def test_equal_variables_are_a_tie(series):
    x = series.segments[0][:, :1]
    doubled = TimeSeries.from_array(np.hstack([x, x[::-1]]))
    found = describe(doubled, graph(2, {(0, 1, 1): 0.5}))
    assert (found["var_sortability"], found["r2_sortability"]) == (0.5, 0.5)


def test_effects_are_summarised(series):
    found = describe(series, graph(3, {(0, 1, 1): 0.5, (1, 2, 2): 0.04, (0, 0, 1): 0.06}))
    assert (found["largest_effect"], found["smallest_effect"]) == (0.5, 0.04)
    assert found["weak_edges"] == 1


def test_no_edges_leave_the_rest_defined(series):
    found = describe(series, graph(3, {}))
    assert np.isnan(found["var_sortability"])
    assert np.isnan(found["largest_effect"])
    assert found["weak_edges"] == 0


@pytest.mark.parametrize("level", [300.0, 1e8])
def test_where_a_series_lies_changes_nothing(level, series):
    truth = graph(3, {(0, 1, 1): 0.5, (1, 2, 2): 0.2})
    moved = TimeSeries.from_segments([s + level for s in series.segments])
    assert describe(moved, truth) == pytest.approx(describe(series, truth), abs=1e-5)


def test_autocorrelation_of_ar1():
    rng = np.random.default_rng(1)
    x = np.zeros((20_000, 1))
    for t in range(1, len(x)):
        x[t] = 0.8 * x[t - 1] + rng.standard_normal()
    found = describe(TimeSeries.from_segments([x[:5_000], x[5_000:]]), graph(1, {}))
    assert found["autocorrelation"] == pytest.approx(0.8, abs=0.02)


def test_lagged_sortability_is_by_what_the_past_explains():
    """Here order by variance and by R2 at the same step says the opposite of that by the past."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal((20_000, 3))
    x[:, 0] *= 5
    x[1:, 1] += 0.2 * x[:-1, 0]  # variances 25, 2, 1.8; the past explains 0, 1/2, 8/18
    x[1:, 2] += 0.2 * 2**0.5 * x[:-1, 1] + 0.16 * x[:-1, 0]
    found = describe(TimeSeries.from_segments([x[:8_000], x[8_000:]]), graph(3, {(0, 1, 1): 0.5}))
    assert found["var_sortability"] == 0
    assert found["var_sortability_lagged"] == found["r2_sortability_lagged"] == 1
    past = x[:-1]
    residual = x[1:, 1:] - past @ np.linalg.lstsq(past, x[1:, 1:], rcond=None)[0]
    assert residual.var(axis=0) == pytest.approx([1, 1], abs=0.05)


def test_r2_of_the_past_in_closed_form():
    """Two autoregressions: R2 is the square of the coefficient, whatever the variance."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((40_000, 2)) * [1.0, 10.0]
    for t in range(1, len(x)):
        x[t] += [0.9, 0.3] * x[t - 1]
    # Explained: 0.81 of 5.3 and 0.09 of 110, so the two orders differ.
    found = describe(TimeSeries.from_array(x), graph(2, {(0, 1, 1): 0.5}))
    assert (found["var_sortability_lagged"], found["r2_sortability_lagged"]) == (1.0, 0.0)
