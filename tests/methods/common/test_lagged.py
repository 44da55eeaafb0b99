import numpy as np
import pytest

from methods import DeclinedError, TimeSeries
from methods.common.lagged import (
    blocks,
    correlation,
    gram,
    n_windows,
    require_independent,
    require_windows,
)


def test_columns_are_cause_by_cause_then_the_present():
    first = np.array([[0.0, 10.0], [1.0, 11.0], [2.0, 12.0], [3.0, 13.0]])
    series = TimeSeries.from_segments([first, first[:3] + 100])
    [a, b] = [rows.tolist() for rows in blocks(series, 2)]
    assert a == [[1, 0, 11, 10, 2, 12], [2, 1, 12, 11, 3, 13]]
    assert b == [[101, 100, 111, 110, 102, 112]]
    assert n_windows(series, 2) == 3


def test_correlation_from_moments_is_that_of_numpy():
    rows = np.random.default_rng(0).normal(size=(200, 5)) + 3.0
    halves = gram(rows[:70]) + gram(rows[70:])
    assert correlation(halves) == pytest.approx(np.corrcoef(rows.T), abs=1e-12)


def test_correlation_with_a_column_without_spread_is_zero():
    rows = np.random.default_rng(0).normal(size=(200, 3))
    rows[:, 1] = 0.1
    assert correlation(gram(rows))[:, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (lambda x: x[:, 0], "X0, X3"),
        (lambda x: 3e6 * x[:, 0] - 1e6 * x[:, 1] + 7, "X0, X1, X3"),
        (lambda x: np.sin(0.3 * np.arange(len(x))), "X3"),
    ],
    ids=["copy", "sum", "sine"],
)
def test_dependent_columns_are_named(extra, named):
    values = np.random.default_rng(0).normal(size=(500, 3))
    series = TimeSeries.from_array(np.column_stack([values, extra(values)]))
    with pytest.raises(DeclinedError, match=f"lagged values of {named};"):
        require_independent(series, 3, "A method")


def test_nearly_dependent_columns_are_let_through():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5000, 3))
    close = values[:, 0] + 1e-4 * rng.normal(size=5000)
    require_independent(TimeSeries.from_array(np.column_stack([values, close])), 3, "A method")


def test_windows_are_counted_against_columns():
    values = np.random.default_rng(0).normal(size=(12, 2))
    require_windows(TimeSeries.from_array(values), 2, "A method")
    with pytest.raises(DeclinedError, match=r"more than 7 windows .* found 7; lower max_lag"):
        require_windows(TimeSeries.from_array(values[:9]), 2, "A method")
