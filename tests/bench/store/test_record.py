"""Records are whole, quick to look at, and readable for ever."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.config.cell import SCHEMA, STATUSES, Cell
from bench.config.grid import expand
from bench.run.cell import base_record
from bench.store.record import dump, load, load_head
from bench.store.schema import HEAD, NewerRecordError, Record, StrangeFileError, Value, upgrade
from bench.store.store import Store
from methods import LaggedGraph
from simulators.structural import Structural

STORED = Path(__file__).parent / "records"
CELL = Cell(
    "small", "var", "structural", {"a": 1.0}, {"b": (1, 2)}, 100, 3, "own", axes={"a": 1.0}
)


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_a_stored_record_of_every_schema_is_read_as_one_of_this(schema):
    path = STORED / f"schema_{schema}.json"
    record, written = load(path), json.loads(path.read_text())
    assert record.schema_ == SCHEMA
    assert record.status in STATUSES
    assert record.model_dump()["metrics"] == written["metrics"]
    assert record.metrics["window/union/auroc"].floor == 0.5
    assert record.cost.wall_seconds > 0
    assert load_head(path).key == record.key
    again = upgrade(json.loads(dump(record)))
    assert again == record


def test_an_older_record_is_found_under_the_key_of_today_and_not_run_again(
    settings, tmp_path, monkeypatch
):
    """The stored record of schema 1 is that of this cell, as long as its systems are the same."""
    monkeypatch.setattr(Structural, "version", 1)
    cell_of = load(STORED / "schema_1.json").cell
    kind, params = cell_of["simulator"]["kind"], cell_of["simulator"]["params"]
    config = settings(
        methods={"random": cell_of["method"]["params"]},
        simulators={"old": {"kind": kind, **params}},
        n_samples=(cell_of["n_samples"],),
        seeds=(cell_of["seed"],),
    )
    (cell,) = expand(config)
    store = Store(tmp_path)
    old = json.loads((STORED / "schema_1.json").read_text())
    path = store.path(old["key"])
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(old))
    assert old["key"] != cell.key
    entry = store.scan().entries[cell.key]
    assert entry.path == path
    assert entry.status == "ok"


@given(
    st.fixed_dictionaries(
        {
            "reason": st.none() | st.text(),
            "status": st.sampled_from(STATUSES),
            "elapsed": st.none() | st.floats(0, 1e6),
            "metrics": st.dictionaries(
                st.text(),
                st.builds(Value, value=st.floats(allow_nan=False, allow_infinity=False)),
            ),
        }
    )
)
def test_a_record_is_plain_json_and_its_head_is_its_first_line(tmp_path_factory, changes):
    record = base_record(CELL, **changes)
    path = tmp_path_factory.mktemp("record") / "r.json"
    path.write_text(dump(record), encoding="utf-8")
    plain = json.loads(path.read_text(encoding="utf-8"))
    assert Record.model_validate(plain) == load(path) == record
    first = json.loads(path.read_text(encoding="utf-8").partition(",\n")[0] + "}")
    assert first == {name: plain[name] for name in HEAD}
    assert load_head(path).model_dump(by_alias=True, exclude={"was"}) == first


def test_every_truncation_is_noticed(tmp_path):
    text = dump(base_record(CELL, reason="}\n" * 3)).encode()
    path = tmp_path / "r.json"
    for length in range(len(text) - 1):
        path.write_bytes(text[:length])
        with pytest.raises(StrangeFileError):
            load_head(path)


@pytest.mark.parametrize(
    "text", ["[]", "{}", "null", '{"schema": "2"}', '{"schema": 1}', '{"schema": 2}', "\x00", "é"]
)
def test_what_is_no_record_is_called_so(text, tmp_path):
    path = tmp_path / "r.json"
    path.write_text(text)
    for read in (load, load_head):
        with pytest.raises(StrangeFileError):
            read(path)


def test_a_newer_record_is_no_strange_one(tmp_path):
    path = tmp_path / "r.json"
    path.write_text(dump(base_record(CELL, schema=SCHEMA + 1)))
    with pytest.raises(NewerRecordError):
        load_head(path)


def test_a_draft_that_fails_leaves_the_older_record(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.write(base_record(CELL, status="ok", reason="first"))

    def broken(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(LaggedGraph, "to_npz", broken)
    graph = LaggedGraph([[[0.0, 1.0]]], ("a",))
    with pytest.raises(KeyboardInterrupt):
        store.write(base_record(CELL, status="ok", reason="second"), graph)
    assert store.read(CELL.key).reason == "first"
    assert [path.name for path in tmp_path.rglob("*.*")] == [f"{CELL.key}.json"]


def test_a_packed_store_is_the_same_elsewhere(tmp_path):
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    graph = LaggedGraph([[[0.0, 1.0]]], ("a",))
    here.write(base_record(CELL, status="ok", truth=here.write_truth(graph, CELL.key)), graph)
    there.write(base_record(CELL, status="ok"), LaggedGraph([[[1.0, 0.0]]], ("a",)))
    there.path(CELL.key, ".log").write_text("of an earlier run")
    there.unpack(CELL.key, here.pack())
    assert there.pack() == here.pack()


def test_a_failure_after_a_success_leaves_no_graph_of_before(tmp_path):
    store, graph = Store(tmp_path), LaggedGraph([[[0.0, 1.0]]], ("a",))
    store.write(base_record(CELL, status="ok"), graph)
    store.write(base_record(CELL, status="ok"))  # scored again
    assert store.path(CELL.key, ".npz").exists()
    store.write(base_record(CELL, status="timeout"))
    assert not store.path(CELL.key, ".npz").exists()


def test_a_wrong_entry_is_refused_however_a_record_is_built():
    record = base_record(CELL)
    with pytest.raises(ValueError, match="status"):
        base_record(CELL, status="fine")
    with pytest.raises(ValueError, match="status"):
        record.status = "fine"
    with pytest.raises(ValueError, match="elapsed"):
        Record.model_validate(record.model_dump(by_alias=True) | {"elapsed": "long"})
