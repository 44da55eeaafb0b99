import numpy as np
import pytest

from methods import TimeSeries
from methods.common.folded import triangle
from methods.common.lagged import blocks


def test_least_squares_on_the_triangle_is_that_on_all_windows(monkeypatch):
    monkeypatch.setattr("methods.common.lagged._CHUNK", 64)
    values = np.random.default_rng(0).normal(size=(500, 3)) + 3
    series = TimeSeries.from_segments([values[:333], values[333:337], values[337:]])
    rows = np.concatenate(list(blocks(series, 2)))
    design = np.hstack([np.ones((len(rows), 1)), rows])
    folded = triangle(series, 2)
    assert folded.shape == (10, 10)
    chosen = [0, 2, 5, 7]
    expected, squares, *_ = np.linalg.lstsq(design[:, chosen], design[:, 8], rcond=None)
    found, folded_squares, *_ = np.linalg.lstsq(folded[:, chosen], folded[:, 8], rcond=None)
    assert found == pytest.approx(expected, rel=1e-12)
    assert folded_squares == pytest.approx(squares, rel=1e-12)


def test_rows_below_the_first_are_centred():
    series = TimeSeries.from_array(np.random.default_rng(0).normal(size=(200, 2)) + 5)
    [rows] = blocks(series, 3)
    centred = triangle(series, 3)[1:, 1:]
    assert centred.T @ centred == pytest.approx(len(rows) * np.cov(rows.T, bias=True), rel=1e-9)


def test_nearly_dependent_columns_keep_their_digits():
    """Second moments would leave about one digit here."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3000, 2))
    values[:, 1] = values[:, 0] + 1e-7 * values[:, 1]
    series = TimeSeries.from_array(values)
    rows = np.concatenate(list(blocks(series, 1)))
    expected = np.linalg.lstsq(rows[:, :2], rows[:, 2], rcond=None)[0]
    folded = triangle(series, 1)[:, 1:]
    found = np.linalg.lstsq(folded[:, :2], folded[:, 2], rcond=None)[0]
    assert np.abs(expected).max() > 1e4
    assert found == pytest.approx(expected, rel=1e-6)
