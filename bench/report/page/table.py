"""A table for reading: the page shows its entries as HTML, and a file has them as Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.report.markdown import markdown_table


@dataclass(frozen=True)
class Entry:
    """A text, the value that it is sorted by, and its CSS class."""

    text: str
    key: float | str = ""
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Parameters
    ----------
    name
        Unique in the page.
    heads
        Headings of the columns.
    rows
        Entries in the order of the headings.
    filters
        Headings of the columns whose values can be filtered.
    """

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Entry]]
    filters: Sequence[str] = ()

    def choices(self) -> dict[int, list[str]]:
        """Return the values of each filtered column by its position; a single value needs none."""
        found = {}
        for head in self.filters:
            place = list(self.heads).index(head)
            values = sorted({row[place].text for row in self.rows})
            if len(values) > 1:
                found[place] = values
        return found

    def markdown(self) -> str:
        """Return the table as Markdown."""
        rows = [[entry.text for entry in row] for row in self.rows]
        return markdown_table(self.heads, rows) + "\n"


def word(text: Any, kind: str = "") -> Entry:
    """Return an entry that is sorted as text."""
    return Entry(str(text), str(text), kind)


def number(value: float, text: str | None = None, absent: str = "") -> Entry:
    """Return an entry that is sorted as a number, and last where there is none."""
    value = float(value)
    if math.isnan(value):
        return Entry(absent, "", "absent")
    return Entry(f"{value:,.10g}" if text is None else text, value)
