"""Whatever a method does, each planned cell ends as one row, and a second run redoes failures."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from bench.cells import expand
from bench.progress import follow
from bench.runner import run
from bench.store import Store
from methods import LaggedGraph


def outcomes(settings, tmp_path):
    cells = expand(settings)
    ended = [(cell.method.split(":")[1], record) for cell, record in
             run(cells, Store(tmp_path), settings)]  # fmt: skip
    assert len(ended) == len(cells)
    for cell in cells:
        stored = Store(tmp_path).read(cell.key)
        assert stored is not None
        assert stored["key"] == cell.key
    return dict(ended)


def test_every_kind_of_failure_is_a_row(settings, tmp_path):
    config = settings(
        "Works", "Raises", "Declines", "Hangs", "Exits", "WrongShape", "OnlyNaN", time_limit=8.0
    )
    records = outcomes(config, tmp_path)
    assert {name: record["status"] for name, record in records.items()} == {
        "Works": "ok",
        "Raises": "error",
        "Declines": "declined",
        "Hangs": "timeout",
        "Exits": "crashed",
        "WrongShape": "error",
        "OnlyNaN": "error",
    }
    assert records["Raises"]["reason"] == "RuntimeError: no luck"
    assert "discover" in records["Raises"]["traceback"]
    assert records["Raises"]["phase"] == "fit"
    assert records["Declines"]["reason"] == "too long for me"
    assert "137" in records["Exits"]["reason"]
    assert "8 s" in records["Hangs"]["reason"]


def test_a_record_holds_scores_cost_and_properties(settings, tmp_path):
    config = settings("Works")
    record = outcomes(config, tmp_path)["Works"]
    store, key = Store(tmp_path), record["key"]
    assert store.path(key, ".log").read_text() == "a line for the log\n"
    graph = LaggedGraph.from_npz(store.path(key, ".npz"))
    assert graph.scores.shape == (4, 4, 3)
    assert record["cost"]["seconds"] >= 0
    assert record["cost"]["peak_memory_mib"] > 1
    auroc = record["metrics"]["window/union/auroc"]
    assert auroc["floor"] == 0.5
    assert auroc["ceiling"] == 1.0
    assert {"var_sortability", "r2_sortability", "autocorrelation"} <= set(record["properties"])


def test_a_system_without_edges_is_recorded_with_null_for_what_is_not_defined(settings, tmp_path):
    empty = {"kind": "structural", "graph": {"n_vars": 3, "max_lag": 2, "in_degree": 0}}
    record = outcomes(settings("Works", simulators={"empty": empty}), tmp_path)["Works"]
    assert record["status"] == "ok"
    assert record["metrics"]["window/union/auroc"]["value"] is None
    assert record["properties"]["smallest_effect"] is None


def test_the_same_config_gives_the_same_bytes(settings, tmp_path):
    config = settings("Works")
    keys = [outcomes(config, tmp_path / part)["Works"]["key"] for part in ("a", "b")]
    first, second = (
        Store(tmp_path / part).path(key, ".npz").read_bytes()
        for part, key in zip(("a", "b"), keys, strict=True)
    )
    assert first == second


def test_a_second_run_does_what_is_missing_and_what_failed(settings, tmp_path, capsys):
    config = settings("Works", "Raises", "Declines")
    cells, store = expand(config), Store(tmp_path)
    assert follow(cells, store, config) == 1
    assert "3 to run" in capsys.readouterr().out
    assert follow(cells, store, config) == 1
    said = capsys.readouterr()
    assert "2 done, 1 to run" in said.out
    assert "error: faulty:Raises on small" in said.err


def test_regime_labels_are_given_only_when_known(settings, tmp_path):
    simulators = {
        "small": {
            "kind": "structural",
            "graph": {"n_vars": 4, "max_lag": 2},
            "regimes": {"n_regimes": 2},
        }
    }
    for known, expected in ((False, 0.0), (True, 1.0)):
        config = settings("SeesTheTruth", simulators=simulators, regimes_known=known)
        record = outcomes(config, tmp_path)["SeesTheTruth"]
        graph = LaggedGraph.from_npz(Store(tmp_path).path(record["key"], ".npz"))
        assert np.nanmax(graph.scores) == expected


def test_the_store_never_shows_half_a_record(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store.write("ab12", {"status": "ok", "n": 1})

    def broken(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(json, "dumps", broken)
    with pytest.raises(KeyboardInterrupt):
        store.write("ab12", {"status": "ok", "n": 2})
    assert store.read("ab12") == {"status": "ok", "n": 1}


def test_an_interrupt_ends_the_workers_and_says_how_to_go_on(tmp_path):
    words = ["run", "method=pcmci", "simulator=linear", "n_samples=200000", "seeds=[0]", "jobs=1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", *words],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert "1 to run" in process.stdout.readline()
    logs = tmp_path / "results" / "run" / "cells"
    while not list(logs.glob("*/*.log")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert not list(logs.glob("*/*.json"))
