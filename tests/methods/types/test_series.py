"""What a TimeSeries refuses, and what its windows and scalings hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from methods import TimeSeries

RNG = np.random.default_rng


def noise(rows, columns, seed=0):
    return RNG(seed).normal(size=(rows, columns))


def with_value(value, row=3, column=1):
    values = noise(6, 2)
    values[row, column] = value
    return values


@pytest.mark.parametrize(
    ("values", "names", "message"),
    [
        (np.arange(10.0), None, r"segment 0: expected a 2-D array .*, found 1-D of shape \(10,\)"),
        (noise(4, 2)[None], ["a", "b"], r"segment 0: expected a 2-D array .*, found 3-D"),
        (noise(6, 2), ["a"], r"segment 0: expected 1 columns \(a\), found 2; give every"),
        (noise(6, 7), list("abcdef"), r"expected 6 columns \(a, b, c, d, e, \.\.\.\), found 7"),
        (noise(6, 2), ["a", "a"], r"names: expected unique names, found \['a'\] .* rename"),
        (noise(6, 2), [], r"names: expected at least one variable, found none"),
        (noise(0, 2), None, r"segment 0: expected at least one row, found none"),
        (noise(6, 2).astype(str), None, r"segment 0: expected numbers, found dtype <U.*astype"),
        (noise(6, 2) + 1j, None, r"segment 0: expected numbers, found dtype complex128"),
        (with_value(np.nan), None, r"column 'X1', row 3 of segment 0: .*, found nan \(1 such"),
        (with_value(-np.inf, 0, 0), None, r"column 'X0', row 0 of segment 0: .*, found -inf"),
        (with_value(1.0)[:, [0]] * 0 + 7, ["p"], r"column 'p', .* found the constant 7; drop"),
    ],
)
def test_what_is_refused_names_the_place_the_expectation_and_the_finding(values, names, message):
    with pytest.raises(ValueError, match=message):
        TimeSeries.from_array(values, names)


def test_missing_values_are_counted_in_their_column():
    values = noise(10, 3)
    values[[2, 5, 7], 2] = np.nan
    with pytest.raises(ValueError, match=r"column 'X2', row 2 .*\(3 such rows in this column\)"):
        TimeSeries.from_array(values)


def test_the_segment_of_a_failure_is_named():
    with pytest.raises(ValueError, match=r"row 3 of segment 1"):
        TimeSeries.from_segments([noise(6, 2), with_value(np.nan)])
    with pytest.raises(ValueError, match=r"segment 1: expected 2 columns .*, found 3"):
        TimeSeries.from_segments([noise(6, 2), noise(6, 3)])


def test_no_segment_is_refused():
    with pytest.raises(ValueError, match=r"segments: expected at least one array, found none"):
        TimeSeries.from_segments([])


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1.0, 1e12, 1e300])
def test_a_column_is_constant_up_to_rounding_at_every_scale(scale):
    flat = np.full(50, scale) * (1 + 1e-16 * RNG(0).normal(size=50))
    values = np.column_stack([noise(50, 1)[:, 0] * scale, flat])
    with pytest.raises(ValueError, match=r"column 'X1', rows 0 to the last: .* the constant"):
        TimeSeries.from_array(values)


def test_a_column_may_be_constant_within_one_segment():
    first = np.column_stack([noise(5, 1), np.zeros(5)])
    second = np.column_stack([noise(5, 1), np.ones(5)])
    assert TimeSeries.from_segments([first, second]).n_samples == 10


@pytest.mark.parametrize(
    ("regimes", "message"),
    [
        (
            [np.zeros(6, dtype=int)] * 2,
            r"regimes: expected one label array per segment \(1\)",
        ),
        ([np.zeros(5, dtype=int)], r"regimes of segment 0: expected 6 integers.* shape \(5,\)"),
        ([np.zeros(6)], r"regimes of segment 0: expected 6 integers.* dtype float64"),
    ],
)
def test_labels_that_do_not_fit_are_refused(regimes, message):
    with pytest.raises(ValueError, match=message):
        TimeSeries.from_segments([noise(6, 2)], regimes=regimes)


def test_a_series_is_contiguous_float64_with_default_names():
    series = TimeSeries.from_array(np.asfortranarray(RNG(0).integers(9, size=(20, 3))))
    assert series.names == ("X0", "X1", "X2")
    assert (series.n_vars, series.n_samples) == (3, 20)
    assert series.segments[0].dtype == np.float64
    assert series.segments[0].flags.c_contiguous


def test_what_a_method_sees_is_read_only():
    series = TimeSeries.from_array(noise(6, 2), regimes=[0, 0, 0, 1, 1, 1])
    assert series.regimes is not None
    for array in (*series.segments, *series.regimes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    with pytest.raises(AttributeError):
        series.names = ("a", "b")


def test_require_rows_asks_for_two_more_than_max_lag_in_every_segment():
    series = TimeSeries.from_segments([noise(9, 2), noise(5, 2)])
    series.require_rows(3)
    with pytest.raises(ValueError, match=r"segment 1: .* max_lag \+ 2 = 6 rows, found 5; lower"):
        series.require_rows(4)


def test_take_reorders_columns_and_keeps_labels():
    series = TimeSeries.from_array(noise(6, 3), ["a", "b", "c"], regimes=[1, 1, 1, 2, 2, 2])
    taken = series.take([2, 0])
    assert taken.names == ("c", "a")
    np.testing.assert_array_equal(taken.segments[0], series.segments[0][:, [2, 0]])
    np.testing.assert_array_equal(taken.regimes[0], series.regimes[0])


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1.0, 1e12, 1e300])
def test_standardized_has_mean_0_and_sd_1_over_all_segments_at_every_scale(scale):
    segments = [scale * (3 + noise(40, 2)), scale * (1 + noise(60, 2, seed=1))]
    series = TimeSeries.from_segments(segments, regimes=[[0] * 40, [1] * 60])
    scaled = series.standardized()
    stacked = np.concatenate(scaled.segments)
    np.testing.assert_allclose(stacked.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(stacked.std(axis=0), 1, rtol=1e-12)
    assert [len(segment) for segment in scaled.segments] == [40, 60]
    assert (scaled.names, scaled.regimes[1][0]) == (series.names, 1)


def test_standardized_is_the_same_at_scales_1e12_and_1e_minus_12():
    values = noise(50, 2)
    mixed = TimeSeries.from_array(values * [1e12, 1e-12]).standardized()
    plain = TimeSeries.from_array(values).standardized()
    np.testing.assert_allclose(mixed.segments[0], plain.segments[0], rtol=1e-9)


@given(
    lengths=st.lists(st.integers(2, 12), min_size=1, max_size=4),
    max_lag=st.integers(1, 4),
    chunk=st.integers(1, 9),
)
def test_windows_are_those_of_a_plain_loop_and_never_cross_a_segment(lengths, max_lag, chunk):
    # The value tells its segment, row and column apart.
    segments = [
        1000 * k + np.arange(length)[:, None] + np.array([0.0, 0.5])
        for k, length in enumerate(lengths)
    ]
    series = TimeSeries.from_segments(segments)
    parts = list(series.windows(max_lag, chunk))
    expected = [(s, t) for s in segments for t in range(max_lag, len(s))]
    assert sum(len(present) for _, present in parts) == len(expected)
    assert all(len(present) <= chunk for _, present in parts)
    found = [pair for past, present in parts for pair in zip(past, present, strict=True)]
    for (past, present), (segment, t) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(present, segment[t])
        for lag in range(1, max_lag + 1):
            np.testing.assert_array_equal(past[:, lag - 1], segment[t - lag])


@settings(max_examples=20)
@given(chunk=st.integers(1, 40))
def test_chunks_do_not_change_the_windows(chunk):
    series = TimeSeries.from_segments([noise(20, 3), noise(13, 3)])
    whole = [np.concatenate(arrays) for arrays in zip(*series.windows(2), strict=True)]
    parts = [np.concatenate(arrays) for arrays in zip(*series.windows(2, chunk), strict=True)]
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_column_that_a_lag_makes_constant_is_named():
    values = np.random.default_rng(0).normal(size=(20, 2))
    for row, lag in ((0, 0), (1, 0), (19, 1), (18, 2)):
        values[:, 1] = np.arange(20) == row
        series = TimeSeries.from_array(values)
        with pytest.raises(ValueError, match=f"'X1', windows of max_lag 2 at lag {lag}: expected"):
            series.require_variation(2)
        values[:10, 1] = np.arange(10)
        TimeSeries.from_array(values).require_variation(2)
    halves = TimeSeries.from_segments([values[:10], values[10:]])
    halves.require_variation(2)
