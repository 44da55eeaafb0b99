"""Missing values: how much each way leaves, what it fills, and the planted link through it."""

import numpy as np
import pandas as pd
import pytest

from methods import DeclinedError, TimeSeries, registry
from methods.linear import VAR
from methods.pcmci import PCMCI, PCMCIPlus
from methods.types.reading.missing import _smoothed

LINK = {("a", "b", 2)}


@pytest.fixture
def holed(planted):
    frame = planted(2000)
    return frame.mask(np.random.default_rng(5).random(frame.shape) < 0.05)


def test_a_refusal_says_what_every_choice_leaves():
    values = np.random.default_rng(0).normal(size=(20, 2))
    values[10, 0] = values[12, 1] = np.nan
    with pytest.raises(ValueError, match=r"found \{'x': 1, 'y': 1\}") as caught:
        TimeSeries.from_frame(pd.DataFrame(values, columns=["x", "y"]), max_lag=2)
    # Of the 18 windows of three steps, those that begin at rows 8 to 12 lack a value, and the
    # stretch of one row between the holes holds none. For x now and y a step before, rows 10 and
    # 13 lack one; for x now and y now rows 10 and 12; no pair lacks more than two.
    assert "of 18 windows of max_lag + 1 = 3 steps, split leaves 13" in str(caught.value)
    assert "interpolate and kalman 18, drop at least 16" in str(caught.value)


@pytest.mark.parametrize(
    ("missing", "method"),
    [
        ("split", VAR(alpha=0.001)),
        ("interpolate", VAR(alpha=0.001)),
        ("kalman", VAR(alpha=0.001)),
        ("drop", PCMCI(alpha=0.001)),
        ("drop", PCMCIPlus(alpha=0.001)),
    ],
)
@pytest.mark.filterwarnings("ignore:dropped:UserWarning")
def test_every_way_finds_the_planted_link_and_no_other(holed, edges, missing, method):
    series = TimeSeries.from_frame(holed, missing=missing, max_lag=2)
    assert edges(series, 2, method) == LINK
    assert any(f"treated by {missing}; of 1998 windows" in note for note in series.notes)


def test_dropping_by_test_keeps_more_than_cutting(holed, edges):
    few = TimeSeries.from_frame(holed[:400], missing="drop", max_lag=5)
    assert few.n_samples == 400
    assert edges(few, 5, PCMCI(alpha=0.001)) == LINK
    with pytest.warns(UserWarning, match="shorter than max_lag"):
        cut = TimeSeries.from_frame(holed[:400], missing="split", max_lag=5)
    assert cut.n_samples < 250


def test_hours_without_a_row_are_values_to_drop_too(planted, edges):
    frame = planted(1500).set_index(pd.date_range("2020-01-01", periods=1500, freq="h"))
    frame = frame.sample(frac=0.8, random_state=0)
    sorted_ = pytest.warns(UserWarning, match="have been sorted")
    with sorted_, pytest.warns(UserWarning, match=r"of 1500 steps are missing"):
        series = TimeSeries.from_frame(frame, missing="drop", max_lag=3)
    assert series.n_samples == 1500
    assert edges(series, 3, PCMCI(alpha=0.001)) == LINK


def test_the_library_tests_the_same_rows(planted):
    from tigramite.data_processing import DataFrame
    from tigramite.independence_tests.parcorr import ParCorr
    from tigramite.pcmci import PCMCI as Tigramite

    frame = planted(300)
    frame = frame.mask(np.random.default_rng(5).random(frame.shape) < 0.05)
    series = TimeSeries.from_frame(frame, missing="drop", max_lag=2)
    ours = PCMCI().discover(series, max_lag=2, rng=np.random.default_rng(0))
    theirs = Tigramite(
        DataFrame(frame.fillna(-999.0).to_numpy(), missing_flag=-999.0), ParCorr()
    ).run_pcmci(tau_min=1, tau_max=2, pc_alpha=0.2)
    np.testing.assert_allclose(
        ours.scores[:, :, 1:], np.abs(theirs["val_matrix"])[:, :, 1:], rtol=1e-9
    )


def test_correlations_are_those_of_pandas(planted):
    frame = planted(200).mask(np.random.default_rng(5).random((200, 3)) < 0.2)
    series = TimeSeries.from_frame(frame, missing="drop", max_lag=2)
    found = registry.load("correlation")().discover(
        series, max_lag=2, rng=np.random.default_rng(0)
    )
    for lag in (1, 2):
        for i, cause in enumerate("abc"):
            for j, effect in enumerate("abc"):
                expected = frame[cause].shift(lag)[2:].corr(frame[effect][2:])
                assert found.scores[i, j, lag] == pytest.approx(abs(expected), rel=1e-9)


def test_auto_drops_where_cutting_would_lose_more_than_a_twentieth(planted, holed):
    assert TimeSeries.from_frame(holed, missing="auto", max_lag=3).has_missing
    frame = planted(2000)
    frame.loc[1000, "c"] = np.nan
    cut = TimeSeries.from_frame(frame, missing="auto", max_lag=3)
    assert [len(segment) for segment in cut.segments] == [1000, 999]


def test_methods_that_need_every_value_decline(holed):
    series = TimeSeries.from_frame(holed, missing="drop", max_lag=2)
    assert series.has_missing
    assert np.isnan(series.segments[0]).any()
    with pytest.raises(DeclinedError, match=r"VAR takes no missing values, .* missing='split'"):
        VAR().discover(series, max_lag=2, rng=np.random.default_rng(0))


def test_too_few_rows_with_both_values_decline(planted):
    frame = planted(60)
    frame.loc[:29, "a"] = np.nan
    frame.loc[28:, "b"] = np.nan
    series = TimeSeries.from_frame(frame, missing="drop", max_lag=2)
    with pytest.raises(DeclinedError, match=r"PCMCI needs at least 6 rows .* found 0"):
        PCMCI().discover(series, max_lag=2, rng=np.random.default_rng(0))


def test_nan_stays_refused_where_it_was_not_asked_for(planted):
    values = planted(30).to_numpy().copy()
    values[3, 1] = np.nan
    with pytest.raises(ValueError, match="expected a finite number, found nan"):
        TimeSeries.from_array(values)
    assert TimeSeries((values,), ("a", "b", "c"), has_missing=True).standardized().has_missing


def test_standardising_passes_over_missing_values(planted):
    frame = planted(200).mask(np.random.default_rng(5).random((200, 3)) < 0.2)
    series = TimeSeries.from_frame(frame, missing="drop").standardized()
    expected = (frame - frame.mean()) / frame.std(ddof=0)
    np.testing.assert_allclose(series.segments[0], expected.to_numpy(), rtol=1e-9)


def test_a_mark_of_a_missing_value_is_noted_and_a_measured_99_is_not(planted):
    frame = planted(100)
    frame.loc[[3, 50], "b"] = -999.0
    frame["c"] = np.random.default_rng(0).integers(90, 101, 100)
    (said,) = [n for n in TimeSeries.from_frame(frame).notes if "marks a missing" in n]
    assert said.startswith("column 'b' has -999 in 2 rows")


def test_a_straight_line_fills_up_to_max_lag_values_and_no_more():
    x = np.array([1.0, 4, 2, np.nan, np.nan, 5, 1, 3, np.nan, np.nan, np.nan, 2, 7, 1, 0, np.nan])
    frame = pd.DataFrame({"x": x, "y": np.random.default_rng(0).normal(size=16)})
    series = TimeSeries.from_frame(frame, missing="interpolate", max_lag=2)
    assert [segment[:, 0].tolist() for segment in series.segments] == [
        [1, 4, 2, 3, 4, 5, 1, 3],
        [2, 7, 1, 0],
    ]


def test_the_smoother_gives_the_expectation_of_an_autoregression():
    rng = np.random.default_rng(0)
    x = np.zeros(3000)
    for t in range(1, 3000):
        x[t] = 0.8 * x[t - 1] + rng.standard_normal()
    holes = np.arange(50, 2950, 50)
    values = x + 10
    values[holes] = np.nan
    filled = _smoothed(values, 1)
    # Between two neighbours of a first-order autoregression: a / (1 + a^2) times their sum.
    expected = 10 + 0.8 / (1 + 0.8**2) * (x[holes - 1] + x[holes + 1])
    np.testing.assert_allclose(filled[holes], expected, atol=0.2)
    rest = np.delete(np.arange(3000), holes)
    np.testing.assert_array_equal(filled[rest], values[rest])
