"""Times: found by themselves, sorted, of one frequency, cut at gaps, never there twice."""

import numpy as np
import pandas as pd
import pytest

from methods import TimeSeries
from methods.linear import VAR

LINK = {("a", "b", 2)}


def dated(frame, freq="D", start="2020-01-06", name="when"):
    frame.insert(0, name, pd.date_range(start, periods=len(frame), freq=freq))
    return frame


@pytest.mark.parametrize("order", ["descending", "shuffled"])
def test_rows_in_any_order_give_the_planted_link(planted, edges, order):
    frame = dated(planted())
    turned = frame[::-1] if order == "descending" else frame.sample(frac=1, random_state=0)
    with pytest.warns(UserWarning, match="not in the order of 'when' and have been sorted"):
        series = TimeSeries.from_frame(turned.reset_index(drop=True))
    assert edges(series) == LINK
    np.testing.assert_array_equal(series.segments[0], planted().to_numpy())


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.astype(str),
        lambda t: t.dt.strftime("%d.%m.%Y"),
        lambda t: t.dt.strftime("%d/%m/%Y"),
        lambda t: t.dt.strftime("%m/%d/%Y"),
        lambda t: t.dt.strftime("%Y-%m-%dT%H:%M:%S+02:00"),
        lambda t: t.dt.tz_localize("Europe/Berlin"),
        lambda t: t.dt.to_period("D"),
    ],
)
def test_dates_however_written_are_found_and_said(planted, write):
    frame = dated(planted())
    frame["when"] = write(frame["when"])
    series = TimeSeries.from_frame(frame)
    assert series.names == ("a", "b", "c")
    assert any("'when'" in note for note in series.notes)
    assert "time: one step is 1 day, and none is missing" in series.notes


@pytest.mark.parametrize("name", ["time", "Date", "timestamp", "year"])
def test_numbers_with_the_name_of_a_time_are_the_time(planted, name):
    frame = planted().assign(**{name: np.arange(600) + 1400})
    series = TimeSeries.from_frame(frame)
    assert series.names == ("a", "b", "c")
    assert f"time: taken from {name!r}" in series.notes[0]


def test_days_in_whole_numbers_are_dates(planted):
    frame = dated(planted(), name="date")
    frame["date"] = frame["date"].dt.strftime("%Y%m%d").astype(int)
    assert "time: one step is 1 day, and none is missing" in TimeSeries.from_frame(frame).notes


def test_year_month_and_day_make_one_time(planted):
    frame = dated(planted())
    days = frame.pop("when").dt
    frame = frame.assign(year=days.year, month=days.month, day=days.day)
    series = TimeSeries.from_frame(frame)
    assert series.names == ("a", "b", "c")
    assert "time: one step is 1 day, and none is missing" in series.notes


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("hour", lambda t: t.hour),
        ("Time", lambda t: t.strftime("%H:%M")),
        ("time", lambda t: t.strftime("%H:%M:%S")),
    ],
)
def test_a_date_and_the_time_of_day_make_one_time(planted, name, write):
    frame = dated(planted(), "h")
    times = frame.pop("when").dt
    frame = frame.assign(date=times.strftime("%d.%m.%Y"), **{name: write(times)})
    series = TimeSeries.from_frame(frame)
    assert series.names == ("a", "b", "c")
    assert "time: one step is 1 hour, and none is missing" in series.notes


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2020-01-01", periods=600, freq="h"),
        pd.period_range("1960-01", periods=600, freq="M"),
        np.arange(600) + 7,
    ],
)
def test_an_index_is_the_time(planted, index):
    with pytest.warns(UserWarning, match="have been sorted"):
        series = TimeSeries.from_frame(planted().set_index(index)[::-1])
    np.testing.assert_array_equal(series.segments[0], planted().to_numpy())


def test_rows_that_dropna_took_out_leave_a_gap(planted):
    frame = planted()
    frame.loc[100, "c"] = np.nan
    with pytest.warns(
        UserWarning, match="1 of 600 steps are missing, in 1 gaps, the first after 99"
    ):
        series = TimeSeries.from_frame(frame.dropna())
    assert [len(segment) for segment in series.segments] == [100, 499]


@pytest.mark.parametrize(
    ("freq", "step"),
    [
        ("15min", "15 minutes"),
        ("h", "1 hour"),
        ("7D", "7 days"),
        ("MS", "1 month"),
        ("ME", "1 month"),
        ("QS", "3 months"),
        ("B", "1 weekday"),
        ("500ms", "0.5 seconds"),
    ],
)
def test_one_frequency_is_found(planted, freq, step):
    series = TimeSeries.from_frame(dated(planted(300), freq))
    assert f"time: one step is {step}, and none is missing" in series.notes
    assert len(series.segments) == 1


def test_a_fifth_of_the_hours_lost_gives_no_edge_at_another_lag(planted, edges):
    frame = dated(planted(3000), "h").sample(frac=0.8, random_state=1).sort_index()
    frame = frame.reset_index(drop=True)
    missing = pytest.warns(UserWarning, match=r"one step is 1 hour; \d+ of \d+ steps are missing")
    with missing, pytest.warns(UserWarning, match="dropped .* shorter than max_lag"):
        series = TimeSeries.from_frame(frame, max_lag=3)
    assert edges(series) == LINK
    assert all(len(segment) >= 5 for segment in series.segments)


def test_a_method_given_the_frame_leaves_out_what_is_too_short_for_its_lags(planted):
    frame = dated(planted(300)).drop(index=[100, 104]).reset_index(drop=True)
    missing = pytest.warns(UserWarning, match="2 of 300 steps are missing")
    with missing, pytest.warns(UserWarning, match="dropped 1 of 3 segments"):
        graph = VAR(alpha=0.001).discover(frame, max_lag=3)
    assert graph.adjacency[0, 1, 2]


def test_a_holiday_is_a_gap_among_weekdays(planted):
    frame = dated(planted(100), "B").drop(index=50)
    with pytest.warns(UserWarning, match="one step is 1 weekday; 1 of 100 steps are missing"):
        series = TimeSeries.from_frame(frame.reset_index(drop=True))
    assert [len(segment) for segment in series.segments] == [50, 49]


def test_an_uneven_clock_is_allowed_by_a_tenth_of_a_step(planted):
    frame = dated(planted(200), "10min")
    frame["when"] += pd.to_timedelta(np.random.default_rng(0).uniform(0, 20, 200), unit="s")
    series = TimeSeries.from_frame(frame)
    assert any("uneven by up to a tenth" in note for note in series.notes)
    assert series.n_samples == 200


def test_irregular_times_are_refused(planted):
    frame = planted(200)
    frame["time"] = np.cumsum(np.random.default_rng(0).exponential(size=200))
    with pytest.raises(
        ValueError,
        match=r"'time': expected steps of one length, or whole .* \(pandas: frame.resample",
    ):
        TimeSeries.from_frame(frame)


def test_the_first_double_time_is_named(planted):
    frame = dated(planted(20))
    frame.loc[12, "when"] = frame.loc[4, "when"]
    with pytest.raises(
        ValueError, match=r"every time once, found 2020-01-10 00:00:00 in rows 4 and 12 \(1 such"
    ):
        TimeSeries.from_frame(frame)


def test_two_candidates_are_refused_until_one_is_named(planted):
    frame = dated(dated(planted(50)), name="until")
    with pytest.raises(ValueError, match=r"one column of times, found \['until', 'when'\]"):
        TimeSeries.from_frame(frame)
    with pytest.raises(ValueError, match=r"column 'until', row 0: expected a number"):
        TimeSeries.from_frame(frame, time="when")


def test_a_named_column_without_times_is_refused(planted):
    frame = planted(3).assign(when=["2020-01-01", None, "2020-01-03"])
    with pytest.raises(ValueError, match=r"time_column 'when', row 1: expected a time"):
        TimeSeries.from_frame(frame, time="when")
    frame = planted(3).assign(when=["Mo", "Tu", "We"])
    with pytest.raises(ValueError, match=r"time_column 'when', row 0: .* found 'Mo'"):
        TimeSeries.from_frame(frame, time="when")


def test_without_a_time_this_is_said(planted):
    assert (
        "no column found, so that rows count as equal steps"
        in (TimeSeries.from_frame(planted()).notes[0])
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_row_of_every_segment_keeps_its_time():
    days = pd.date_range("2020-01-01", periods=60)
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.standard_normal((60, 2)), columns=["a", "b"]).assign(day=days)
    whole = TimeSeries.from_frame(frame.sample(frac=1, random_state=0))
    assert [times.tolist() for times in whole.times] == [days.strftime("%Y-%m-%d").tolist()]
    frame.loc[10:12, "a"] = np.nan  # a missing value, and then a gap of six steps
    frame = frame.drop(index=range(30, 36))
    for options, firsts, lengths in (
        ({"missing": "split"}, ["2020-01-01", "2020-01-14", "2020-02-06"], [10, 17, 24]),
        ({"missing": "split", "difference": True}, ["2020-01-02", "2020-01-15"], [9, 16]),
        ({"missing": "drop", "max_lag": 1}, ["2020-01-01", "2020-02-06"], [30, 24]),
        ({"missing": "interpolate", "max_lag": 3}, ["2020-01-01", "2020-02-06"], [30, 24]),
    ):
        series = TimeSeries.from_frame(frame, **options)
        assert [str(times[0]) for times in series.times][: len(firsts)] == firsts
        assert [len(times) for times in series.times][: len(lengths)] == lengths
        assert [len(times) for times in series.times] == [len(part) for part in series.segments]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_step_without_a_row_has_the_time_before_it_and_rows_without_times_have_none():
    frame = pd.DataFrame({"a": np.arange(20) % 7.0, "b": np.arange(20) % 3.0})
    assert TimeSeries.from_frame(frame).times is None
    frame["time"] = pd.date_range("2020-01-01 06:00", periods=20, freq="h")
    series = TimeSeries.from_frame(frame.drop(index=[4]), missing="interpolate")
    assert series.times[0][3:6].tolist() == [
        "2020-01-01 09:00:00",
        "2020-01-01 09:00:00",
        "2020-01-01 11:00:00",
    ]
    panel = pd.concat([frame.assign(site=name) for name in "xy"])
    units = TimeSeries.from_frame(panel, unit="site").times
    assert [str(times[-1]) for times in units] == ["2020-01-02 01:00:00"] * 2
