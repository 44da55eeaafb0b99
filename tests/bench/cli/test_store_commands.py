"""`status`, `rescore` and `export` of a store, on the command line."""

import json

import pandas as pd
import pytest

from bench.store import provenance
from bench.store.record import dump, load

WORDS = [
    "run",
    "method=[var,raises,declines]",
    "simulator=[linear,regular]",
    "n_samples=300",
    "seeds=[0]",
]


@pytest.fixture
def swept(lagbench):
    """A store of six cells: two scored, two failed, two declined."""
    done = lagbench(*WORDS)
    assert done.returncode == 1, done.stderr
    return lagbench


def edit(store, key, **changes):
    path = store.path(key)
    path.write_text(dump(json.loads(path.read_text()) | changes))


def ok_keys(store):
    return [key for key, entry in store.scan().entries.items() if entry.status == "ok"]


def test_rescore_reproduces_the_stored_metrics_and_runs_no_method(swept):
    store = swept.store()
    before = {key: load(store.path(key)) for key in ok_keys(store)}
    done = swept("rescore", "results/run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2 rescored, 0 changed, 0 being run, 0 not possible")
    for key, record in before.items():
        again = load(store.path(key))
        assert again["metrics"] == record["metrics"]
        assert again.pop("scored_by") == provenance.code()
        assert again == record
    assert "| var |" in done.stdout


def test_rescore_writes_what_the_metrics_of_today_are(swept):
    """As if a metric had been changed since: whatever is stored is replaced."""
    store = swept.store()
    key = ok_keys(store)[0]
    right = load(store.path(key))["metrics"]
    edit(store, key, metrics={"window/union/auroc": {"value": 0.1, "floor": 0, "ceiling": 1}})
    assert swept("rescore", "results/run").stdout.startswith("2 rescored, 1 changed")
    assert load(store.path(key))["metrics"] == right


def test_rescore_names_what_it_cannot_read_and_does_the_rest(swept):
    store = swept.store()
    broken, whole = ok_keys(store)
    store.path(broken, ".npz").write_bytes(b"PK nothing")
    done = swept("rescore", "results/run")
    assert done.returncode == 1
    assert done.stdout.startswith("1 rescored, 0 changed, 0 being run, 1 not possible")
    assert f"{broken}.json: its graph or truth cannot be read" in done.stderr
    assert "scored_by" in load(store.path(whole))


def test_status_counts_and_names_other_versions(swept):
    done = swept("status", "results/run")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert lines["method"] == ["ok", "declined", "error"]
    assert lines["var"] == ["2", "0", "0"]
    assert lines["raises"] == ["0", "0", "2"]
    assert "this version" in done.stdout
    assert ": 6 records" in done.stdout
    assert "another version" not in done.stdout
    store = swept.store()
    key = ok_keys(store)[0]
    made_by = load(store.path(key))["made_by"]
    other = {**made_by["versions"], "numpy": "1.0"}
    edit(store, key, made_by=made_by | {"versions": other})
    store.path(ok_keys(store)[1]).unlink()
    said = swept("status", "results/run").stdout
    assert "another version: numpy 1.0: 1 records" in said
    assert "missing" in said.splitlines()[0]


def test_status_names_strange_files_and_claims(swept):
    store = swept.store()
    (store.root / "cells" / "ab").mkdir(exist_ok=True)
    (store.root / "cells" / "ab" / "notes.json").write_text("{}")
    (store.root / "claims" / "abc.0").write_text("{}")
    said = swept("status", "results/run").stdout
    assert "no record: results/run/cells/ab/notes.json" in said
    assert "1 cells are claimed by runners" in said


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_export_is_one_row_per_cell_and_metric(swept, suffix):
    store = swept.store()
    store.path(ok_keys(store)[0]).unlink()
    done = swept("export", "results/run", "--out", f"long.{suffix}")
    assert done.returncode == 0, done.stderr
    path = swept.folder / f"long.{suffix}"
    table = pd.read_csv(path) if suffix == "csv" else pd.read_parquet(path)
    assert table["key"].nunique() == 6
    assert table.drop_duplicates("key")["status"].value_counts().to_dict() == {
        "error": 2,
        "declined": 2,
        "ok": 1,
        "missing": 1,
    }
    assert not table.duplicated(["key", "level", "scope", "metric"]).any()
    scored = table[table["status"] == "ok"]
    record = load(store.path(scored["key"].iloc[0]))
    assert len(scored) == len(record["metrics"])
    auroc = scored[
        (scored["level"] == "window")
        & (scored["metric"] == "auroc")
        & (scored["scope"] == "union")
    ]
    assert auroc["value"].item() == pytest.approx(record["metrics"]["window/union/auroc"]["value"])
    assert scored["lagbench"].iloc[0] == provenance.describe(provenance.code())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["status", "results"], "expected the folder of a run"),
        (["status", "results/nothing"], "beside it are run"),
        (["export", "results/run", "--out", "long.xlsx"], "expected a .csv or .parquet"),
        (["rescore", "nowhere"], "expected the folder of a run"),
        (["export", "results/run", "--out", "long.csv"], "expected planned or recorded cells"),
        (["report", "results/run"], "expected planned cells, found none"),
    ],
)
def test_a_wrong_argument_is_one_line(lagbench, words, said):
    (lagbench.folder / "results" / "run" / "cells").mkdir(parents=True)
    done = lagbench(*words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert said in line
