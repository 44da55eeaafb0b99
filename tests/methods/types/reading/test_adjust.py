"""Trend, season and differences: exactly what a joint least-squares fit takes out."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from methods import TimeSeries
from methods.linear import VAR
from methods.types.reading.adjust import Adjust, adjusted

STEPS = np.delete(np.arange(103), [5, 6, 40])
LINE = 3 + 0.2 * STEPS
SEASON = np.array([5.0, -1, 0, 2])[STEPS % 4]
NOISE = np.random.default_rng(0).normal(size=100)


def rest_of(columns, values):
    design = np.column_stack(columns)
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


@pytest.mark.parametrize(
    ("how", "columns"),
    [
        (Adjust(detrend=True), [np.ones(100), STEPS]),
        (Adjust(deseason=4), list(np.eye(4)[STEPS % 4].T)),
        (Adjust(detrend=True, deseason=4), [*np.eye(4)[STEPS % 4].T, STEPS]),
    ],
)
def test_what_is_left_is_the_residual_of_least_squares(how, columns):
    values = LINE + SEASON + NOISE
    rest, steps = adjusted(values[:, None], STEPS, how)
    np.testing.assert_allclose(rest[:, 0], rest_of(columns, values), atol=1e-10)
    np.testing.assert_array_equal(steps, STEPS)


def test_missing_values_are_passed_over():
    values = LINE + SEASON + NOISE
    values[[3, 50]] = np.nan
    rest, _ = adjusted(values[:, None], STEPS, Adjust(detrend=True, deseason=4))
    seen = np.isfinite(values)
    columns = [*np.eye(4)[STEPS[seen] % 4].T, STEPS[seen]]
    np.testing.assert_allclose(rest[seen, 0], rest_of(columns, values[seen]), atol=1e-10)
    assert np.isnan(rest[[3, 50]]).all()


def test_normal_scores_keep_the_order_and_have_a_normal_distribution():
    values = np.exp(3 * NOISE)
    values[7] = np.nan
    scores, _ = adjusted(values[:, None], STEPS, Adjust(normal_scores=True))
    seen = np.isfinite(values)
    assert np.array_equal(np.argsort(scores[seen, 0]), np.argsort(values[seen]))
    expected = stats.norm.ppf(np.arange(1, 100) / 100)
    np.testing.assert_allclose(np.sort(scores[seen, 0]), expected)
    assert np.isnan(scores[7, 0])


def test_differences_are_of_steps_that_follow_each_other():
    rest, steps = adjusted(NOISE[:, None], STEPS, Adjust(difference=True))
    series = pd.Series(NOISE, STEPS).reindex(range(103)).diff().dropna()
    np.testing.assert_allclose(rest[:, 0], series)
    np.testing.assert_array_equal(steps, series.index)


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        (lambda frame: frame.add(0.02 * np.arange(600), axis=0), {"detrend": True}),
        (
            lambda frame: frame.add(3 * np.sin(np.arange(600) * np.pi / 6), axis=0),
            {"deseason": 12},
        ),
        (lambda frame: frame.cumsum(), {"difference": True}),
    ],
)
def test_what_all_variables_share_is_mended(planted, edges, spoil, mend):
    frame, method = spoil(planted()), VAR(alpha=1e-4)
    assert edges(TimeSeries.from_frame(frame), 3, method) != {("a", "b", 2)}
    assert edges(TimeSeries.from_frame(frame, **mend), 3, method) == {("a", "b", 2)}


def test_fewer_than_two_seasons_are_refused(planted):
    with pytest.raises(ValueError, match=r"at least two seasons of 24 steps, found 40 steps"):
        TimeSeries.from_frame(planted(40), deseason=24)
    with pytest.raises(ValueError, match=r"a period of at least 2 steps, found 1"):
        TimeSeries.from_frame(planted(40), deseason=1)
