"""The one engine that writes generated parts into documents."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench.dev.docs import declared, measured, provenance

ROOT = Path(__file__).parents[3]
"""The checkout."""

PARTS: Mapping[str, Callable[[], str]] = {**declared.PARTS, **measured.PARTS, **provenance.PARTS}
"""Each part by its name in the marks: a function that returns its text."""


def documents(root: Path) -> Iterator[Path]:
    """Yield every document that may have parts: the README, and those of `docs` and `results`."""
    yield root / "README.md"
    yield from sorted(
        itertools.chain(root.glob("docs/**/*.md"), root.glob("results/*.md")),
    )
    yield from sorted(root.glob("results/*/notes.md"))


def updated(text: str) -> str:
    """Return the text of a document with its marked parts as they should be."""
    for name, part in PARTS.items():
        before, begin, rest = text.partition(f"<!-- begin {name} -->\n")
        _, end, after = rest.partition(f"\n<!-- end {name} -->")
        if begin and end:
            text = f"{before}{begin}\n{part()}\n{end}{after}"
    return text


def write(root: Path) -> None:
    """Bring the marked parts of all documents up to date."""
    for path in documents(root):
        path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8")
