"""The one writer of Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tabulate

_ROW = tabulate.DataRow("| ", " | ", " |")
# Columns are not padded: one longer name would change every line of a table under version control.
_FORMAT = tabulate.TableFormat(
    lineabove=None,
    linebelowheader=lambda widths, _: "|" + "---|" * len(widths),
    linebetweenrows=None,
    linebelow=None,
    headerrow=_ROW,
    datarow=_ROW,
    padding=0,
    with_header_hide=None,
)


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown, without a line break at its end.

    A pipe in a cell is escaped and a line break becomes `<br>`, so every row is one line.
    """
    cells = [[_escaped(cell) for cell in row] for row in rows]
    heads = [_escaped(head) for head in heads]
    text: str = tabulate.tabulate(
        cells, heads, tablefmt=_FORMAT, stralign=None, numalign=None, disable_numparse=True
    )
    return text


def _escaped(cell: str) -> str:
    return "<br>".join(cell.replace("|", r"\|").splitlines())
