"""Markdown tables hold whatever text a cell has, one line per row."""

from bench.report.markdown import markdown_table


def test_a_table_is_its_heads_a_rule_and_a_line_per_row():
    text = markdown_table(["method", "F1"], [["dot", "0.10"], ["a longer name", ""]])
    assert text.splitlines() == [
        "| method | F1 |",
        "|---|---|",
        "| dot | 0.10 |",
        "| a longer name |  |",
    ]


def test_pipes_and_line_breaks_stay_within_their_cell():
    text = markdown_table(["a|b", "c"], [["int | None", "first\nsecond\r\nthird"]])
    assert text.splitlines()[0] == r"| a\|b | c |"
    assert text.splitlines()[2:] == [r"| int \| None | first<br>second<br>third |"]


def test_texts_that_look_like_numbers_are_kept():
    (row,) = markdown_table(["x"], [["1e3"]]).splitlines()[2:]
    assert row == "| 1e3 |"


def test_a_table_without_rows_has_its_heads():
    assert markdown_table(["x", "y"], []).splitlines() == ["| x | y |", "|---|---|"]
