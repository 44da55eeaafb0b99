"""What the README shows of the results is what lies in `results/`; `test_documents` runs it."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()


def test_the_printed_table_is_the_one_in_results():
    table = (ROOT / "results" / "laptop" / "table.md").read_text()
    printed = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert len(printed) > 10
    assert "\n".join(printed) in table
