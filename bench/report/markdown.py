"""Tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def markdown(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as GitHub Markdown, without a line break at its end.

    Bars and line breaks inside an entry are escaped, so that it stays one cell.
    """
    import pandas as pd

    entries = [[_escaped(entry) for entry in row] for row in rows]
    frame = pd.DataFrame(entries, columns=[_escaped(head) for head in heads], dtype=str)
    text = str(frame.to_markdown(index=False, disable_numparse=True))
    # Without padding: one long entry would make every row long, and every change of it a diff.
    return re.sub(r":?-{3,}", "---", re.sub(r" +(?=\|)|(?<=\|) +", " ", text))


def _escaped(entry: object) -> str:
    return " ".join(str(entry).replace("|", "\\|").splitlines())
