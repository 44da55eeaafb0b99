"""What `docs/` says of the methods is what they declare."""

from pathlib import Path

import pytest

from bench.dev import docs

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("name", docs.FILES)
def test_the_written_parts_are_up_to_date(name):
    text = (DOCS / name).read_text(encoding="utf-8")
    assert docs.updated(text) == text, "run python -m bench.dev.docs"


def test_every_part_stands_in_a_file():
    texts = [(DOCS / name).read_text(encoding="utf-8") for name in docs.FILES]
    for part in docs.PARTS:
        marks = [f"<!-- {word} {part} -->" for word in ("begin", "end")]
        assert [sum(text.count(mark) for text in texts) for mark in marks] == [1, 1]


def cells(table, name):
    heads, _, *rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.replace("\\|", "/").splitlines()
        if line.startswith("|")
    ]
    (row,) = [row for row in rows if row[0] == name]
    return dict(zip(heads, row, strict=True))


def test_assumptions_are_those_of_the_methods():
    table = docs.assumptions()
    takes = {
        name: {head for head, cell in cells(table, name).items() if cell == "yes"}
        for name in ("var", "lpcmci", "rpcmci", "persistence (floor method)")
    }
    assert takes == {
        "var": {"several segments"},
        "lpcmci": {"edges at lag 0", "hidden causes", "several segments", "missing values"},
        "rpcmci": {"distribution that changes", "depends on chance"},
        "persistence (floor method)": {"several segments"},
    }


def test_a_parameter_has_its_default_range_and_meaning():
    _, _, section = docs.parameters().partition("## var\n")
    row = cells(section.partition("## ")[0], "`alpha`")
    assert list(row.values())[1:] == [
        "`0.01`",
        "float > 0 and < 1",
        "Level of each test (0 to 1). The default 0.01 leaves about one false edge per hundred "
        "candidates; there is no correction for their number.",
    ]
    assert "Lütkepohl" in section.partition("## ")[0]


def test_only_what_is_marked_is_written():
    text = "a\n<!-- begin assumptions -->\nstale\n<!-- end assumptions -->\nb\n"
    new = docs.updated(text)
    assert new.startswith("a\n<!-- begin assumptions -->\n\n| method |")
    assert new.endswith(" |\n\n<!-- end assumptions -->\nb\n")
    assert "stale" not in new
    assert docs.updated(new) == new
    assert docs.updated("no marks") == "no marks"
