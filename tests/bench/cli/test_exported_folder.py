"""Commands on a folder as it is committed: an exported table, a page, and no cells."""

import shutil

import pandas as pd
import pytest

from bench.__main__ import main
from bench.run.cell import base_record
from bench.store import commands
from bench.store.exported import scored_elsewhere
from bench.store.long_table import long_table
from bench.store.store import Store

PAGE = {"claims.md": b"| binarisation | holds |\n", "figures/binarisation.png": b"\x89PNG"}


@pytest.fixture
def ran(tmp_path, written):
    """Return a store of two scored cells and one that has failed."""
    store = Store(tmp_path / "results" / "trial")
    cells = [written.cell(method, 0) for method in ("pcmci", "random", "dot")]
    commands.save(cells, store)
    for one, f1 in zip(cells, (0.6, 0.1, None), strict=True):
        lost = {"status": "timeout", "metrics": {}, "cost": {}} if f1 is None else {}
        store.write(base_record(one, **written.record(f1, **lost)))
    return store


@pytest.fixture
def committed(ran, tmp_path):
    """Return a folder with the exported table of that store and the page that was made of it."""
    folder = tmp_path / "committed"
    put_page(folder)
    long_table(ran).to_parquet(folder / "long.parquet")
    return folder


def put_page(folder):
    for name, content in PAGE.items():
        path = folder / "report" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_report_of_a_table_leaves_the_page_that_graphs_made(committed, capsys):
    before = files(committed)
    assert main(["report", str(committed)]) == 0
    said = capsys.readouterr().out
    assert "stays as it is, since the stored graphs are not here" in said
    after = files(committed)
    assert before.items() <= after.items()
    new = {name.partition("/")[0] for name in after.keys() - before.keys()}
    assert new == {"report_of_table"}
    assert "0.60" in after["report_of_table/points.md"].decode()


def test_cells_that_the_table_alone_has_are_counted(committed, ran):
    """As where somebody runs one method into a folder whose other cells are in its table alone."""
    assert scored_elsewhere(ran.root) == 0  # no table
    shutil.copy(committed / "long.parquet", ran.root)
    assert scored_elsewhere(ran.root) == 0
    key = next(key for key, entry in ran.scan().entries.items() if entry.status == "ok")
    ran.path(key).unlink()
    assert scored_elsewhere(ran.root) == 1


def test_a_page_is_replaced_where_everything_is_at_hand(ran, capsys):
    put_page(ran.root)
    long_table(ran).to_parquet(ran.root / "long.parquet")
    assert main(["report", str(ran.root)]) == 0
    assert "stays as it is" not in capsys.readouterr().out
    assert (ran.root / "report" / "claims.md").read_bytes() != PAGE["claims.md"]


def test_status_counts_what_the_table_says(committed, capsys):
    assert main(["status", str(committed)]) == 0
    heads, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert heads == ["method", "ok", "timeout"]
    assert rows[:3] == [["dot", "0", "1"], ["pcmci", "1", "0"], ["random", "1", "0"]]


def test_export_writes_the_table_in_another_format(committed, tmp_path):
    out = tmp_path / "long.csv"
    assert main(["export", str(committed), "--out", str(out)]) == 0
    there = pd.read_parquet(committed / "long.parquet")
    back = pd.read_csv(out)
    assert back["value"].tolist() == pytest.approx(there["value"].tolist(), nan_ok=True)
    assert back["key"].tolist() == there["key"].tolist()


def test_rescore_says_in_one_line_what_it_lacks(committed, capsys):
    before = files(committed)
    assert main(["rescore", str(committed)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "rescore needs the graphs that a run stores under cells/" in line
    assert files(committed) == before


@pytest.mark.parametrize("command", ["status", "rescore", "report"])
def test_a_folder_of_tables_alone_is_one_line(command, tmp_path, capsys):
    (tmp_path / "bars.md").write_text("claims\n")
    assert main([command, str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "with cells/ or an exported long.parquet in it" in line
