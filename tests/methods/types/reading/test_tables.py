"""Files as people have them: every way to write the same table gives the same series."""

import gzip

import numpy as np
import pandas as pd
import pytest

from methods import TimeSeries

NAMES = ["Luft °C", "雨", "flow rate"]


@pytest.fixture
def frame():
    values = np.round(np.random.default_rng(0).normal(size=(40, 3)) * 1500, 2)
    return pd.DataFrame(values, columns=NAMES)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("data.csv", {"sep": ","}),
        ("data.csv", {"sep": ";"}),
        ("data.csv", {"sep": "\t"}),
        ("data.csv", {"sep": "|"}),
        ("data.csv", {"sep": ";", "decimal": ","}),
        ("data.tsv", {"sep": "\t", "decimal": ","}),
        ("data.txt", {"sep": "\t"}),
        ("DATA.CSV", {"sep": ","}),
        ("data.csv.gz", {"sep": ";", "decimal": ","}),
        ("data.txt", {"sep": ",", "encoding": "utf-16"}),
        ("data.csv", {"sep": ",", "encoding": "utf-8-sig"}),
    ],
)
def test_text_however_written_is_read(frame, tmp_path, name, how):
    frame.to_csv(tmp_path / name, index=False, **how)
    series = TimeSeries.from_file(tmp_path / name)
    assert series.names == tuple(NAMES)
    np.testing.assert_array_equal(series.segments[0], frame.to_numpy())


def test_thousands_are_grouped_by_points_where_decimals_have_commas(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a;b\n1.234,5;1\n1.000.234,25;5\n-17,5;2\n0,5;4\n", encoding="utf-8")
    series = TimeSeries.from_file(path)
    np.testing.assert_array_equal(
        series.segments[0], [[1234.5, 1], [1000234.25, 5], [-17.5, 2], [0.5, 4]]
    )


def test_columns_of_spaces_are_read(tmp_path):
    path = tmp_path / "data.txt"
    path.write_text("a   b\n1.5   2\n3     4\n0.5   7\n", encoding="utf-8")
    np.testing.assert_array_equal(
        TimeSeries.from_file(path).segments[0], [[1.5, 2], [3, 4], [0.5, 7]]
    )


def test_one_column_with_spaces_in_its_name_is_one_column(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("flow rate\n1.5\n3\n0.5\n", encoding="utf-8")
    assert TimeSeries.from_file(path).names == ("flow rate",)


def test_letters_in_latin_1_are_read_and_said(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes("Höhe,b\n1,2\n3,1\n2,5\n".encode("latin-1"))
    series = TimeSeries.from_file(path)
    assert series.names == ("Höhe", "b")
    assert any("read as Latin-1" in note for note in series.notes)


def test_a_comma_inside_quotes_or_a_name_is_no_separator(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('"a, first";b\n1;2\n3;1\n2;5\n', encoding="utf-8")
    assert TimeSeries.from_file(path).names == ("a, first", "b")


@pytest.mark.parametrize("ending", ["parquet", "feather"])
@pytest.mark.parametrize("as_index", [True, False])
def test_parquet_and_feather_with_dates_are_read(frame, tmp_path, ending, as_index):
    days = pd.date_range("2020-01-01", periods=40, name="day")
    dated = frame.set_index(days) if as_index else frame.assign(day=days)
    path = tmp_path / f"data.{ending}"
    getattr(dated[::-1] if as_index else dated, f"to_{ending}")(path)
    with pytest.warns(UserWarning, match="have been sorted") if as_index else _nothing():
        series = TimeSeries.from_file(path)
    assert "time: one step is 1 day, and none is missing" in series.notes
    np.testing.assert_array_equal(series.segments[0], frame.to_numpy())


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


def test_booleans_and_whole_numbers_are_numbers(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("on,n\nTrue,3\nFalse,1\nTrue,4\nTrue,1\n", encoding="utf-8")
    np.testing.assert_array_equal(
        TimeSeries.from_file(path).segments[0], [[1, 3], [0, 1], [1, 4], [1, 1]]
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("data.xlsx", b"PK", r"expected a name ending in .*, found data\.xlsx; convert the file"),
        ("data", b"a,b", r"expected a name ending in"),
        ("data.csv.gz", b"a,b\n1,2\n", r"data\.csv\.gz: expected a file of gzip"),
        ("data.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], r"expected a file of gzip"),
        ("data.parquet", b"no", r"data\.parquet: expected a Parquet file"),
        ("data.feather", b"no", r"data\.feather: expected a Feather file"),
        ("data.csv", b"\x00\x01\xff\xfe\x80", r"expected"),
        ("data.csv", b"a,b\n1,2\n3,4,5\n", r"data\.csv: expected a table in text"),
    ],
)
def test_anything_else_is_refused_in_one_line(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        TimeSeries.from_file(tmp_path / name)
    assert "\n" not in str(caught.value)
