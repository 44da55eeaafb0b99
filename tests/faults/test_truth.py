"""Methods that look for the truth find none: neither in memory nor in files nor in processes."""

import numpy as np
import pytest

from bench.config.cell import Cell
from bench.config.grid import expand
from bench.run.cell import run
from bench.run.isolation import landlock
from bench.run.sweep import sweep
from bench.store.store import Store

SEED, EFFECT = 918273647, 0.0123456789
SYSTEM = {
    "kind": "structural",
    "graph": {"n_vars": 6, "max_lag": 2},
    "min_effect": EFFECT,
}
AUROC = "window/union/auroc"

needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


@pytest.fixture
def cheat(settings, tmp_path, monkeypatch):
    """Return a function that has a cheat run in a sandbox, after an honest method."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scratch").mkdir()
    root = tmp_path / "results" / "run"

    def run_one(name):
        for method in ("faulty:Works", f"cheats:{name}"):
            config = settings(
                methods={method: {}},
                simulators={"secret": SYSTEM},
                seeds=(SEED,),
                n_samples=(200,),
            )
            (cell,) = expand(config)
            sweep([cell], Store(root), config)
            truths = [str(path) for path in (root / "truths").glob("*.npz")]
            (tmp_path / "hints").write_text("\n".join(truths))
        assert len(truths) == 1, "the system of both is one"
        return Store(root).read(cell.key)

    return run_one


def here(name):
    """Run a cheat where system and truth are in its own process."""
    cell = Cell("secret", f"cheats:{name}", "structural", _plain(SYSTEM), {}, 200, SEED, "own")
    return run(cell).record


def _plain(system):
    return {key: value for key, value in system.items() if key != "kind"}


def by_chance(record):
    assert record.status == "ok", record.reason
    assert record.metrics[AUROC].value == pytest.approx(0.5)
    return True


def test_who_walks_the_frames_of_its_callers_sees_chance(cheat):
    assert by_chance(cheat("WalksFrames"))
    # With the truth in its process it would not.
    assert here("WalksFrames").metrics[AUROC].value == 1.0


@pytest.mark.slow
def test_neither_seed_nor_parameters_of_the_system_have_been_in_memory(cheat):
    assert by_chance(cheat("SearchesMemory"))
    record = here("SearchesMemory")
    assert record.status == "error"
    assert "the seed" in record.reason
    assert "the parameter" in record.reason


@needs_landlock
@pytest.mark.parametrize("name", ["SearchesFiles", "OpensFiles"])
def test_who_looks_for_files_of_the_store_sees_chance(cheat, name):
    assert by_chance(cheat(name))
    # With the store in its reach it would not.
    assert here(name).metrics[AUROC].value == 1.0


@needs_landlock
def test_no_other_process_can_be_read(cheat):
    assert by_chance(cheat("LooksIntoProcesses"))
    assert "processes are listed" in here("LooksIntoProcesses").reason


@needs_landlock
def test_what_a_method_may_reach_is_as_documented(cheat):
    assert by_chance(cheat("WritesWhereItMay"))
    assert np.load("scratch/note.npy").tolist() == [1]
