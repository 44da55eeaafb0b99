"""Series from CSV and Parquet files and from frames: what is read, split and refused."""

import numpy as np
import pandas as pd
import pytest

from methods import TimeSeries

GOOD = "a,b\n3,0.5\n1,0.25\n4,1e-3\n1,-2\n"


@pytest.fixture
def csv(tmp_path):
    def write(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def parquet(tmp_path):
    def write(**columns):
        path = tmp_path / "data.parquet"
        pd.DataFrame(columns).to_parquet(path)
        return path

    return write


def test_csv_gives_names_and_values(csv):
    series = TimeSeries.from_file(csv(GOOD))
    assert series.names == ("a", "b")
    np.testing.assert_array_equal(series.segments[0], [[3, 0.5], [1, 0.25], [4, 1e-3], [1, -2]])


def test_a_path_may_be_a_string(csv):
    assert TimeSeries.from_file(str(csv(GOOD))).n_samples == 4


def test_a_byte_order_mark_is_not_part_of_a_name(csv):
    assert TimeSeries.from_file(csv(b"\xef\xbb\xbf" + GOOD.encode())).names == ("a", "b")


def test_parquet_gives_names_and_values(parquet):
    path = parquet(a=[3, 1, 4, 1], b=np.float32([0.5, 0.25, 2, 1]), c=[True, False, True, True])
    series = TimeSeries.from_file(path)
    assert series.names == ("a", "b", "c")
    np.testing.assert_array_equal(
        series.segments[0], [[3, 0.5, 1], [1, 0.25, 0], [4, 2, 1], [1, 1, 1]]
    )


def test_csv_keeps_every_bit_of_a_value(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 2)) * 10.0 ** rng.integers(-300, 300, (500, 2))
    pd.DataFrame(values, columns=["a", "b"]).to_csv(tmp_path / "data.csv", index=False)
    read = TimeSeries.from_file(tmp_path / "data.csv")
    np.testing.assert_array_equal(read.segments[0], values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"data\.csv: expected a first line of column names, found an empty file"),
        ("a,b\n", r"expected at least one row, found none"),
        ("1.5,2\n3,4\n5,0\n", r"data\.csv: .* column names, found numbers \['1.5', '2'\]; add"),
        ("1,1\n3,4\n5,0\n", r"data\.csv: .* column names, found numbers \['1', '1'\]; add"),
        ("a,b,a\n1,2,3\n4,5,0\n", r"data\.csv: expected unique column names, found \['a'\]"),
        ("a,b\n7,1,2\n9,4,6\n2,8,1\n", r"data\.csv: expected 2 values in every row, .* found 3"),
        ("a,b\n1,2\n4,low\n3,1\n", r"column 'b', row 1: expected a number, found 'low'; if this"),
        ("a,t\n1,Mo\n4,Tu\n", r"column 't', row 0: .* time_column .*; if it tells units apart"),
        ("a,b\n1,2\ninf,3\ninf,1\n", r"column 'a', row 1 of segment 0: .* found inf \(2 such"),
        (",a\nx,3\ny,9\nz,4\n", r"column 'Unnamed: 0', row 0: expected a number, found 'x'"),
        ("a,n\n3,5\n9,6\n4,7\n1,8\n", r"column 'n': .* what looks like a row number or a time"),
        ("a,n\n3,60\n9,50\n4,40\n1,30\n", r"column 'n': .* what looks like a row number"),
        ("a,b\n3,5\n9,5\n4,5\n", r"column 'b', rows 0 to the last: .* the constant 5; drop"),
    ],
)
def test_a_csv_that_is_refused_says_where_and_why(csv, text, message):
    with pytest.raises(ValueError, match=message):
        TimeSeries.from_file(csv(text))


@pytest.mark.parametrize("step", [0.1, 1 / 30, 1e-9, 250.0])
def test_a_time_in_decimals_is_not_taken_for_a_variable(csv, step):
    lines = [f"{(10 + row) * step},{value}" for row, value in enumerate("31415926535897932384")]
    with pytest.raises(ValueError, match=r"column 't': .* name it with time_column='t'"):
        TimeSeries.from_file(csv("t,a\n" + "\n".join(lines)))


def test_a_time_column_that_is_not_there_is_named(csv):
    with pytest.raises(ValueError, match=r"time_column: expected one of \['a', 'b'\], found 't'"):
        TimeSeries.from_file(csv(GOOD), time_column="t")


def test_nothing_but_a_time_column_is_refused(csv):
    with pytest.raises(ValueError, match=r"columns: expected at least one variable, found none"):
        TimeSeries.from_file(csv("t\n1\n2\n"), time_column="t")


def test_a_path_that_is_no_table_is_refused(csv, tmp_path):
    with pytest.raises(ValueError, match=r"path: expected a file, found none at .*absent\.csv"):
        TimeSeries.from_file(tmp_path / "absent.csv")
    with pytest.raises(ValueError, match=r"ending in \.csv, .* found data\.xlsx; convert"):
        TimeSeries.from_file(csv(GOOD, "data.xlsx"))
    with pytest.raises(ValueError, match=r"missing: expected one of 'refuse', .* found 'fill'"):
        TimeSeries.from_file(csv(GOOD), missing="fill")


GAPS = "a,b,c\n3,1,9\n1,4,2\n4,,6\n1,,5\n5,9,\n2,6,3\n6,5,5\n5,3,8\n"


def test_gaps_are_refused_with_the_count_of_every_column(csv):
    with pytest.raises(ValueError, match=r"found \{'b': 2, 'c': 1\} .* first at row 2\); choose"):
        TimeSeries.from_file(csv(GAPS))


@pytest.mark.parametrize("mark", ["", "NA", "NaN", "null"])
def test_every_usual_mark_of_a_missing_value_is_a_gap(csv, mark):
    with pytest.raises(ValueError, match=r"expected no missing values, found \{'b': 1\}"):
        TimeSeries.from_file(csv(f"a,b\n1,2\n5,{mark}\n3,1\n"))


def test_gaps_split_the_series_and_short_pieces_are_dropped_with_a_warning(csv):
    with pytest.warns(UserWarning, match=r"dropped 1 of 2 segments \(2 rows\) .* = 3 rows"):
        series = TimeSeries.from_file(csv(GAPS), missing="split")
    assert len(series.segments) == 1
    np.testing.assert_array_equal(series.segments[0], [[2, 6, 3], [6, 5, 5], [5, 3, 8]])


def test_a_split_without_a_loss_gives_no_warning(csv):
    text = "a,b\n3,1\n1,4\n4,1\n,\n5,9\n2,6\n6,5\n,0\n5,3\n5,8\n9,7\n"
    series = TimeSeries.from_file(csv(text), missing="split")
    assert [segment[:, 0].tolist() for segment in series.segments] == [
        [3, 1, 4],
        [5, 2, 6],
        [5, 5, 9],
    ]


def test_max_lag_says_how_long_a_piece_must_be(csv):
    with pytest.raises(ValueError, match=r"at least 5 rows without a gap, found 3 at most; lower"):
        TimeSeries.from_file(csv(GAPS), missing="split", max_lag=3)


def test_a_column_without_a_value_is_all_gaps(csv):
    path = csv("a,b\n1,\n5,\n3,\n")
    with pytest.raises(ValueError, match=r"found \{'b': 3\}"):
        TimeSeries.from_file(path)
    with pytest.raises(ValueError, match=r"at least 3 rows without a gap, found 0 at most"):
        TimeSeries.from_file(path, missing="split")


def test_parquet_gaps_text_and_times_are_refused(parquet):
    nullable = pd.array([3, None, 4, 1], dtype="Int64")
    with pytest.raises(ValueError, match=r"expected no missing values, found \{'a': 1\}"):
        TimeSeries.from_file(parquet(a=nullable, b=[1.0, 2, 5, 1]))
    with pytest.raises(ValueError, match=r"column 'a', row 2: expected a number, found 'low'"):
        TimeSeries.from_file(parquet(a=["1", "2", "low", "4"], b=[1.0, 2, 5, 1]))


def test_a_column_of_dates_or_of_spans_is_the_time(parquet):
    for times in (
        pd.to_datetime([0, 6, 2, 4], unit="s"),
        pd.to_datetime([0, 6, 2, 4], unit="s", utc=True),
        pd.to_timedelta([0, 6, 2, 4], unit="s"),
    ):
        with pytest.warns(UserWarning, match="not in the order of 't' and have been sorted"):
            series = TimeSeries.from_file(parquet(t=times, b=[1.0, 2, 5, 3]))
        assert series.names == ("b",)
        assert series.segments[0].ravel().tolist() == [1, 5, 3, 2]


def test_an_index_kept_by_parquet_is_no_variable(tmp_path):
    path = tmp_path / "data.parquet"
    index = pd.date_range("2020-01-01", periods=4)
    pd.DataFrame({"a": [1.0, 2, 5, 1]}, index=index).to_parquet(path)
    assert TimeSeries.from_file(path).names == ("a",)


def test_a_frame_gives_its_columns(csv):
    frame = pd.DataFrame({"a": [1, 5, 2], 7: [0.5, 0.1, 0.2]})
    series = TimeSeries.from_frame(frame)
    assert series.names == ("a", "7")
    np.testing.assert_array_equal(series.segments[0], frame.to_numpy())


def test_a_frame_with_a_doubled_name_text_or_complex_numbers_is_refused():
    values = np.random.default_rng(0).normal(size=(5, 2))
    with pytest.raises(ValueError, match=r"names: expected unique names, found \['a'\]"):
        TimeSeries.from_frame(pd.DataFrame(values, columns=["a", "a"]))
    with pytest.raises(ValueError, match=r"column 'b', row 1: expected a number, found 'x'"):
        TimeSeries.from_frame(pd.DataFrame({"a": [1, 2, 4], "b": [1, "x", 3]}))
    with pytest.raises(ValueError, match=r"column '0', row 0: expected a number"):
        TimeSeries.from_frame(pd.DataFrame(values + 1j))
