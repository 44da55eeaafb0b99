"""What the documents say of methods and results is what these declare and hold."""

import json
import re

import pandas as pd
import pytest

from bench.dev.docs import declared, kinds, measured, picture, provenance, read
from bench.dev.docs.engine import PARTS, ROOT, documents, updated
from methods import DOT
from simulators.structural import Structural

DOCUMENTS = [path.relative_to(ROOT) for path in documents(ROOT)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_the_written_parts_are_up_to_date(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    if "<!-- begin contents -->" in text and provenance.day_of("ccebce6") is None:
        pytest.skip("the days of commits are in the history, and this clone is shallow")
    assert updated(text) == text, "run python -m bench.dev.docs"


def test_every_part_stands_in_a_document_and_every_mark_is_a_part():
    text = "".join((ROOT / path).read_text(encoding="utf-8") for path in DOCUMENTS)
    for part in PARTS:
        begun, ended = (text.count(f"<!-- {word} {part} -->") for word in ("begin", "end"))
        assert begun == ended >= 1, part
    assert text.count("<!-- begin ") == sum(text.count(f"<!-- begin {part} -->") for part in PARTS)


@pytest.mark.parametrize("name", ["README.md", "docs/index.md", "docs/dot.md"])
def test_pages_about_results_have_no_score_that_is_not_from_a_table(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    by_hand = re.sub(
        r"<!-- begin (\w+) -->.*?<!-- end \1 -->|```.*?```", "", text, flags=re.DOTALL
    )
    assert re.findall(r"(?<![\d.])[01]\.\d\d(?!\d)", by_hand) == []


def cells(table, name):
    heads, _, *rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.replace("\\|", "/").splitlines()
        if line.startswith("|")
    ]
    (row,) = [row for row in rows if row[0] == name]
    return dict(zip(heads, row, strict=True))


def test_assumptions_are_those_of_the_methods():
    table = declared.assumptions()
    takes = {
        name: {head for head, cell in cells(table, name).items() if cell == "yes"}
        for name in ("var", "lpcmci", "rpcmci", "persistence (floor method)")
    }
    assert takes == {
        "var": {"several segments", "background knowledge"},
        "lpcmci": {
            *("edges at lag 0", "hidden causes", "several segments", "missing values"),
            "background knowledge",
        },
        "rpcmci": {"distribution that changes", "depends on chance"},
        "persistence (floor method)": {"several segments"},
    }


def test_a_parameter_has_its_default_range_and_meaning():
    _, _, section = declared.parameters().partition("## var\n")
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
    new = updated(text)
    assert new.startswith("a\n<!-- begin assumptions -->\n\n| method |")
    assert new.endswith(" |\n\n<!-- end assumptions -->\nb\n")
    assert "stale" not in new
    assert updated(new) == new
    assert updated("no marks") == "no marks"


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Write a long table of three runs, one of a system with regimes, in place of results."""
    monkeypatch.setattr(read, "RESULTS", tmp_path)
    for cached in (read.long, read.runs):
        cached.cache_clear()
    shared = {
        "axes": json.dumps({"level": "hard", "graph.n_vars": 2}),
        "n_samples": 100,
        "finder": "{}",
    }
    shared |= {"level": "window", "metric": "auprc", "floor": 0.1, "status": "ok", "kind": "var"}
    shared |= {"simulator": "a", "regimes": "own", "method_version": 1, "method": "var"}
    rows = [
        {"key": "1", "seed": 0, "scope": "union", "value": 0.2, "cpu_seconds": 1.0},
        {"key": "2", "seed": 1, "scope": "union", "value": 0.9, "cpu_seconds": 3.0},
        {"key": "2", "seed": 1, "scope": "per_regime", "value": 0.6, "cpu_seconds": 3.0},
        {"key": "3", "seed": 2, "status": "error"},
    ]
    frame = pd.DataFrame([shared | row for row in rows])
    frame.assign(lagbench="0.0+cafecafe", simulator_version=1).to_parquet(
        tmp_path / "some.parquet"
    )
    yield "some"
    for cached in (read.long, read.runs):
        cached.cache_clear()


def test_a_run_has_one_score_and_its_regimes_count_each(results):
    runs = read.runs(results)
    assert sorted(runs["auprc"]) == [0.2, 0.6]
    assert set(runs["level"]) == {"hard"}
    data = kinds.Data("all", runs)
    assert data.means().to_dict() == {"var": pytest.approx(0.4)}
    assert data.means("cpu_seconds").to_dict() == {"var": 2.0}


def test_conditions_count_once():
    runs = pd.DataFrame({"auprc": [0.0, 0.0, 0.0, 0.8], "n_samples": [100, 100, 100, 200]})
    data = kinds.Data("", runs.assign(method="x", simulator="a", axes="{}"))
    assert data.means()["x"] == pytest.approx(0.4)


def test_a_table_of_functions_has_means_over_systems(results):
    row = cells(measured.on_functions(results, ["level"]), "hard")
    assert row == {"level": "hard", "method": "var", "a": "0.40", "CPU s": "2.0"}


@pytest.mark.parametrize(
    ("scores", "leaders"),
    [
        ({"x": 0.9, "y": 0.81, "z": 0.79}, ["x", "y"]),
        ({"random": 0.9, "y": 0.2}, ["y"]),
        ({"correlation": 1.0, "x": 0.5, "y": 0.5}, ["x", "y"]),
    ],
)
def test_leaders_are_within_the_margin_and_not_trivial(scores, leaders):
    runs = pd.DataFrame({"method": scores.keys(), "auprc": scores.values()})
    runs = runs.assign(simulator="a", axes="{}", n_samples=100)
    assert kinds.Data("", runs).leaders() == leaders


def test_what_is_older_than_the_code_is_told(results):
    table = read.long(results).assign(method="dot", kind="structural")
    now = {"dot": DOT.version, "structural": Structural.version}
    told = [f"`{name}` 1 (now {now[name]})" for name in ("structural", "dot")]
    assert list(provenance.older(table)) == told
    today = table.assign(method_version=now["dot"], simulator_version=now["structural"])
    assert list(provenance.older(today)) == []
    # Older tables have no such columns.
    bare = table.drop(columns=["method_version", "simulator_version"])
    assert list(provenance.older(bare)) == told


def test_the_picture_shows_the_numbers_of_the_tables():
    drawn = set(re.findall(r'aria-label="([^"]+: [01]\.\d\d)"', picture.PICTURE.read_text()))
    assert drawn == set(picture.marks()), "run python -m bench.dev.docs.picture"
    assert len(drawn) > 40
