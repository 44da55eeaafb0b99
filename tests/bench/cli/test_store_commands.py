"""`status`, `rescore` and `export` of a store, on the command line."""

import dataclasses
import json
import shutil

import pandas as pd
import pytest

from bench.store import provenance
from bench.store.record import load
from bench.store.store import Store

WORDS = [
    "run",
    "method=[var,raises,declines]",
    "simulator=[linear,regular]",
    "n_samples=300",
    "seeds=[0]",
]


@pytest.fixture(scope="module")
def swept_once(tmp_path_factory, lagbench_in):
    """Return the results of a sweep of six cells: two scored, two failed, two declined."""
    lagbench = lagbench_in(tmp_path_factory.mktemp("swept"))
    done = lagbench(*WORDS)
    assert done.returncode == 1, done.stderr
    return lagbench.folder / "results"


@pytest.fixture
def swept(swept_once, here):
    """Return the command line in a folder with a copy of these results."""
    shutil.copytree(swept_once, here.folder / "results")
    return here


def edit(store, key, **changes):
    path = store.path(key)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


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
        assert again.metrics == record.metrics
        assert again.scored_by.version == provenance.code().version
        assert again.model_copy(update={"scored_by": None}) == record
    assert "| var " in done.stdout


def test_rescore_writes_what_the_metrics_of_today_are(swept):
    """As if a metric had been changed since: whatever is stored is replaced."""
    store = swept.store()
    key = ok_keys(store)[0]
    right = load(store.path(key)).metrics
    edit(store, key, metrics={"window/union/auroc": {"value": 0.1, "floor": 0, "ceiling": 1}})
    assert swept("rescore", "results/run").stdout.startswith("2 rescored, 1 changed")
    assert load(store.path(key)).metrics == right


def test_rescore_names_what_it_cannot_read_and_does_the_rest(swept):
    store = swept.store()
    broken, whole = ok_keys(store)
    store.path(broken, ".npz").write_bytes(b"PK nothing")
    done = swept("rescore", "results/run")
    assert done.returncode == 1
    assert done.stdout.startswith("1 rescored, 0 changed, 0 being run, 1 not possible")
    assert f"{broken}.json: its graph or truth cannot be read" in done.stderr
    assert load(store.path(whole)).scored_by is not None


def test_status_counts_and_names_other_versions(swept_once, lagbench):
    """In a process of its own, which finds the package of the methods as the sweep did."""
    shutil.copytree(swept_once, lagbench.folder / "results")
    done = lagbench("status", "results/run")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert lines["method"] == ["ok", "declined", "error"]
    assert lines["var"] == ["2", "0", "0"]
    assert lines["raises"] == ["0", "0", "2"]
    assert "this version" in done.stdout
    assert ": 6 records" in done.stdout
    assert "another version" not in done.stdout
    store = lagbench.store()
    key = ok_keys(store)[0]
    made_by = load(store.path(key)).made_by.model_dump()
    other = {**made_by["versions"], "numpy": "1.0"}
    edit(store, key, made_by=made_by | {"versions": other})
    store.path(ok_keys(store)[1]).unlink()
    said = lagbench("status", "results/run").stdout
    assert "another version: numpy 1.0: 1 records" in said
    assert "missing" in said.splitlines()[0]


def test_status_names_strange_files_and_locks(swept):
    store = swept.store()
    (store.root / "cells" / "ab").mkdir(exist_ok=True)
    (store.root / "cells" / "ab" / "notes.json").write_text("{}")
    (store.root / "locks" / "abc").touch()
    said = swept("status", "results/run").stdout
    assert "no record: results/run/cells/ab/notes.json" in said
    assert "1 cells are locked by runners" in said


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
    known = [value for value in record.properties.values() if value is not None]
    assert len(scored) == len(record.metrics) + len(known) + 1  # the forecast error
    sortable = scored[scored["metric"] == "var_sortability_lagged"]
    assert sortable["value"].item() == record.properties["var_sortability_lagged"]
    assert set(scored["cpu"]) == {provenance.host().cpu}
    assert provenance.host().name not in set(scored.astype(str).to_numpy().ravel())
    auroc = scored[
        (scored["level"] == "window")
        & (scored["metric"] == "auroc")
        & (scored["scope"] == "union")
    ]
    assert auroc["value"].item() == pytest.approx(record.metrics["window/union/auroc"].value)
    assert scored["lagbench"].iloc[0] == str(provenance.code())


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
def test_a_wrong_argument_is_one_line(here, words, said):
    (here.folder / "results" / "run" / "cells").mkdir(parents=True)
    done = here(*words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert said in line


@pytest.mark.slow
def test_the_report_follows_the_records_and_the_protocols(swept, monkeypatch):
    """Nothing that a table depends on leaves an old table behind."""
    from bench.analysis import rows
    from bench.config.protocol import shipped
    from bench.report.run_report import write_report
    from bench.store import commands

    store = swept.store()
    cells, table = commands.load(store), store.root / "table.csv"

    def written():
        write_report(cells, store.scan(), store)
        return table.read_text()

    first = written()
    assert written() == first
    lenient = {n: dataclasses.replace(p, failed=None) for n, p in shipped().items()}
    monkeypatch.setattr(rows, "shipped", lambda: lenient)
    assert written() != first
    monkeypatch.undo()
    key = ok_keys(store)[0]
    edit(store, key, metrics={"window/union/auroc": {"value": 0.1, "floor": 0, "ceiling": 1}})
    assert written() != first


def test_what_an_exported_table_knows_is_read_back(tmp_path):
    from bench.config.cell import Cell
    from bench.run.cell import base_record
    from bench.store import commands
    from bench.store.long_table import long_table, read_table

    cell = Cell("s", "var", "structural", {}, {}, 100, 0, "own")
    store = Store(tmp_path)
    commands.save([cell], store)
    store.write(
        base_record(
            cell,
            status="ok",
            forecast_error=0.25,
            converged=True,
            metrics={"window/union/auroc": {"value": 0.5}},
            properties={"noise_share": 0.2, "var_sortability": 0.7, "r2_sortability": None},
        )
    )
    long_table(store).to_parquet(tmp_path / "long.parquet")
    (back,), read = read_table(tmp_path / "long.parquet")
    assert back.key == cell.key
    assert read(cell.key).forecast_error == 0.25
    assert read(cell.key).converged
    assert list(read(cell.key).metrics) == ["window/union/auroc"]
    assert read(cell.key).properties == {"noise_share": 0.2, "var_sortability": 0.7}
