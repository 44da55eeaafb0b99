"""A file as a data frame: what separates columns and decimals is found from the file itself."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from methods.types.errors import InputError
from methods.types.reading.notes import Notes

TEXT = (".csv", ".tsv", ".txt")
"""Endings of text with one row per line; each may be followed by `.gz`. Case does not matter."""

_SEPARATORS = ("\t", ";", "|", ",")
_NUMBER = r"\s*[+-]?\d+(?:[eE][+-]?\d+)?\s*"
_COMMA = r"\s*[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:[eE][+-]?\d+)?\s*"
_THOUSANDS = r"\s*[+-]?\d{1,3}(?:\.\d{3})+,\d+\s*"


def read_table(path: Path, notes: Notes) -> pd.DataFrame:
    """Return the table in a file, with its columns as they are.

    Raises
    ------
    ValueError
        If there is no such file, its ending is unknown, or it is no table with one header line.
    """
    if not path.is_file():
        raise InputError(f"path: expected a file, found none at {path}")
    ending = path.name.lower()
    if ending.endswith(".parquet"):
        return _read_binary(path, "Parquet", pd.read_parquet)
    if ending.endswith((".feather", ".arrow")):
        return _read_binary(path, "Feather", pd.read_feather)
    if not ending.removesuffix(".gz").endswith(TEXT):
        raise InputError(
            "path: expected a name ending in .csv, .tsv, .txt (or one of these and .gz), .parquet "
            f"or .feather, found {path.name}; convert the file"
        )
    return _read_text(path, _decoded(path, notes), notes)


def _read_binary(path: Path, kind: str, read: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    import pyarrow

    try:
        return read(path).rename(columns=str)
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path.name}: expected a {kind} file, found {reason}") from None


def _decoded(path: Path, notes: Notes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or else Latin-1."""
    content = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path.name}: expected a file of gzip, found {error}") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.append(f"{path.name} is not in UTF-8: its letters are read as Latin-1")
        return content.decode("latin-1")


def _read_text(path: Path, text: str, notes: Notes) -> pd.DataFrame:
    separator = _separator(text)
    try:
        header = next(csv.reader(io.StringIO(text), delimiter=separator), [])
        if separator == " ":
            header = text.split("\n", 1)[0].split()
        _check_header(path, header)
        frame = _parse(text, separator)
        if (marks := _decimal_marks(frame)) is not None:
            frame = _parse(text, separator, **marks)
            notes.append("numbers are read with a decimal comma")
    except (csv.Error, pd.errors.ParserError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{path.name}: expected a table in text, found {reason}") from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise InputError(
            f"{path.name}: expected {len(header)} values in every row, one per column name, found "
            f"{len(header) + frame.index.nlevels}; add the missing column names"
        )
    return frame


def _separator(text: str) -> str:
    """Return what splits the first lines into equally many columns, a comma last of all.

    In a file with decimal commas the comma may do so too. It is then never alone.
    """
    lines = [line for line in text[:100_000].splitlines()[:50] if line.strip()]
    for separator in _SEPARATORS:
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=separator)}
        except csv.Error:
            continue
        if len(widths) == 1 and widths != {1}:
            return separator
    header = lines[0] if lines else ""
    found = max(reversed(_SEPARATORS), key=header.count)
    if header.count(found):
        return found
    widths = {len(line.split()) for line in lines}
    return " " if len(widths) == 1 and max(widths) > 1 else ","


def _parse(text: str, separator: str, **marks: str) -> pd.DataFrame:
    separator = r"\s+" if separator == " " else separator
    return pd.read_csv(io.StringIO(text), sep=separator, **marks)  # type: ignore[call-overload, no-any-return]


def _decimal_marks(frame: pd.DataFrame) -> dict[str, str] | None:
    """Return how numbers with a decimal comma are written, if a column consists of them."""
    for _, column in frame.items():
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            continue
        words = column.dropna().astype(str)
        comma = words.str.fullmatch(_COMMA)
        if comma.any() and (comma | words.str.fullmatch(_NUMBER)).all():
            grouped = any(
                frame[name].dropna().astype(str).str.fullmatch(_THOUSANDS).any()
                for name in frame.columns
            )
            return {"decimal": ","} | ({"thousands": "."} if grouped else {})
    return None


def _check_header(path: Path, header: list[str]) -> None:
    """Refuse what pandas would repair unasked: no header, doubled names."""
    if not header:
        raise InputError(
            f"{path.name}: expected a first line of column names, found an empty file or line"
        )
    if all(_is_number(name) for name in header):
        raise InputError(
            f"{path.name}: expected a first line of column names, found numbers {header[:3]}; "
            "add a header line"
        )
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise InputError(
            f"{path.name}: expected unique column names, found {doubled} more than once"
        )


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True
