"""What a disk can do to a store: be full, be read-only, hold what lagbench did not write."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from bench.config.cell import SCHEMA
from bench.config.grid import expand
from bench.run.sweep import sweep
from bench.store.record import load
from bench.store.store import Store

MANY = ["simulator=linear", "n_samples=100", f"seeds={list(range(30))}".replace(" ", "")]


def can_mount():
    """Whether a file system can be mounted in a namespace of one's own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    trial = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "trial", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


mounts = pytest.mark.skipif(not can_mount(), reason="needs a user namespace in which to mount")


def mounted(folder, size, copy_to):
    """Return the words that run a command with a small disk at a folder and keep its files."""
    script = (
        f'mount -t tmpfs -o size={size} small {folder} && "$@"; code=$?; '
        f"cp -r {folder}/. {copy_to}; exit $code"
    )
    return ["unshare", "-rm", "sh", "-c", script, "sh"]


@mounts
@pytest.mark.slow
def test_a_full_disk_is_one_clear_error_and_the_store_stays_readable(lagbench, tmp_path):
    results = tmp_path / "results"
    kept = tmp_path / "kept"
    results.mkdir()
    kept.mkdir()
    words = ["run", "method=[random,works]", *MANY]
    done = lagbench(*words, before=mounted(results, "500k", kept))
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("lagbench:")]
    assert len(lines) == 1
    for word in ("results/run", "No space left", "finished cells are kept", "same command"):
        assert word in lines[0]
    assert "Traceback" not in done.stderr
    store = Store(kept / "run")
    scan = store.scan()
    assert not scan.strange
    assert 5 < len(scan.entries) < 60
    for entry in scan.entries.values():
        record = load(entry.path)
        assert record.status == "ok"
        assert store.read_graph(entry).scores.shape[0] == 10
        assert store.read_truth(record.truth).adjacency is not None
    # With room again, the same command does the rest.
    shutil.rmtree(results)
    shutil.copytree(kept, results)
    done = lagbench(*words)
    assert done.returncode == 0, done.stderr
    assert f"60 cells, {len(scan.entries)} done" in done.stdout
    assert len(lagbench.store().scan().entries) == 60


@mounts
def test_a_read_only_folder_is_one_line_before_anything_runs(lagbench, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    script = f'mount -t tmpfs -o ro,size=1m small {results} && "$@"'
    words = ["run", "method=[random]", "simulator=linear", "n_samples=100", "seeds=[0]"]
    done = lagbench(*words, before=["unshare", "-rm", "sh", "-c", script, "sh"])
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    for word in ("results_dir", "Read-only file system", "choose another"):
        assert word in line


def test_what_is_no_record_is_named_and_set_aside(settings, tmp_path, capsys, rows):
    config = settings("Works", "Declines", "Slow")
    cells, store = expand(config), Store(tmp_path)
    sweep(cells, store, config)
    truncated, empty, kept = (store.path(cell.key) for cell in cells)
    truncated.write_bytes(truncated.read_bytes()[:-100])
    empty.write_bytes(b"")
    foreign = truncated.with_name("notes.json")
    foreign.write_text('{"to do": "everything"}')
    misnamed = truncated.with_name(f"{'0' * 16}.json")
    misnamed.write_bytes(kept.read_bytes())
    capsys.readouterr()
    assert sweep(cells, store, config).lost == 0
    said = capsys.readouterr()
    assert "3 cells, 1 done, 2 to run" in said.out
    for path, reason in {
        truncated: "no JSON",
        empty: "no JSON",
        foreign: "no record",
        misnamed: "under another name",
    }.items():
        (line,) = (line for line in said.err.splitlines() if str(path) in line)
        assert "set aside" in line
        assert reason in line
        assert (tmp_path / "set_aside" / path.name).exists()
    rows(store, cells)


def test_a_record_that_cannot_be_read_is_run_again_and_never_moved(
    settings, tmp_path, capsys, monkeypatch
):
    config = settings("Works")
    cells, store = expand(config), Store(tmp_path)
    sweep(cells, store, config)

    def failing(path):
        raise OSError(5, "Input/output error", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("bench.store.store.load_head", failing)
        scan = store.scan()
    assert list(scan.unreadable) == [store.path(cells[0].key)]
    assert not scan.strange
    assert not scan.entries


def test_a_file_that_another_runner_has_replaced_is_not_set_aside(settings, tmp_path):
    config = settings("Works")
    cells, store = expand(config), Store(tmp_path)
    sweep(cells, store, config)
    assert store.set_aside(store.path(cells[0].key)) is None
    assert store.path(cells[0].key).exists()


def test_a_record_damaged_in_its_middle_is_named(settings, tmp_path, lagbench):
    done = lagbench("run", "method=[random]", "simulator=linear", "n_samples=100", "seeds=[0]")
    assert done.returncode == 0
    (path,) = lagbench.store().root.glob("cells/*/*.json")
    damaged = bytearray(path.read_bytes())
    damaged[400:420] = bytes(20)
    path.write_bytes(damaged)
    done = lagbench("status", "results/run")
    assert done.returncode == 2
    assert str(path.relative_to(tmp_path)) in done.stderr
    assert "damaged" in done.stderr


def test_a_record_of_a_newer_lagbench_is_left_alone(settings, tmp_path, capsys):
    config = settings("Works")
    cells, store = expand(config), Store(tmp_path)
    sweep(cells, store, config)
    newer = store.path("f" * 16)
    newer.parent.mkdir(exist_ok=True)
    newer.write_text(json.dumps({"schema": SCHEMA + 1, "what": "ever"}))
    assert sweep(cells, store, config).lost == 0
    assert "left alone: 1 records of a newer lagbench" in capsys.readouterr().err
    assert newer.exists()


def test_a_crash_between_graph_and_record_leaves_a_cell_to_run(settings, tmp_path, rows):
    config = settings("Works")
    cells, store = expand(config), Store(tmp_path)
    sweep(cells, store, config)
    os.remove(store.path(cells[0].key))  # noqa: PTH107
    assert sweep(cells, store, config).lost == 0
    assert rows(store, cells)[0][1].status == "ok"
