"""Whatever a method does, each planned cell ends as one row that says what happened."""

import os
import pickle
import time

import pytest

from bench.config.cell import STATUSES
from bench.config.grid import expand
from bench.config.settings import Limits
from bench.store.store import Store

# What is not to end by a limit has far less to do than the limit allows, on a busy machine too.
TIME, MEMORY = 10.0, 1.5
LIMITS = {
    "timeout": Limits(time_limit=TIME),
    "out_of_memory": Limits(memory_limit=MEMORY),
}
BOTH = Limits(time_limit=3 * TIME, memory_limit=MEMORY)

# Class of faulty.py: status and words of the reason.
FAULTS = {
    "Works": ("ok", ""),
    "Floods": ("ok", ""),
    "ChangesFolder": ("ok", ""),
    "ClosesItsOutput": ("ok", ""),
    "SinglePrecision": ("ok", ""),
    "LeaksDescriptors": ("ok", ""),
    "Declines": ("declined", "too long for me"),
    "Raises": ("error", "RuntimeError: no luck"),
    "Quits": ("error", "SystemExit: had enough"),
    "WrongShape": ("error", "expected scores of shape (4, 4, 3)"),
    "OnlyNaN": ("error", "expected a score somewhere"),
    "Infinite": ("error", "expected finite numbers"),
    "ReturnsNothing": ("error", "expected a LaggedGraph"),
    "NeedsWhatIsNotThere": ("error", "this library is broken"),
    "Hangs": ("timeout", "killed after 10 s"),
    "HangsInC": ("timeout", "killed after 10 s"),
    "Allocates": ("out_of_memory", "killed when its resident memory passed 1.5 GiB"),
    "AllocatesInAChild": ("out_of_memory", "killed when its resident memory passed 1.5 GiB"),
    "AsksForTooMuch": ("out_of_memory", "Unable to allocate"),
    "Exits": ("crashed", "exit code 137"),
    "ExitsAsIfDone": ("crashed", "exit code 0 before its record"),
    "Segfaults": ("crashed", "SIGSEGV"),
    "IsSignalled": ("crashed", "signal 40"),
    "OddError": ("error", "Odd: <exception str() failed>"),
    "IsKilled": ("crashed", "SIGKILL"),
}


def faults():
    """Yield every fault; what hangs, up to its limit, is for `make test-all`."""
    for fault in FAULTS:
        marks = [pytest.mark.slow] if fault.startswith("Hangs") else []
        yield pytest.param(fault, marks=marks)


@pytest.mark.parametrize("fault", list(faults()))
def test_a_fault_is_a_row_and_the_cells_beside_it_are_not_touched(fault, settings, outcomes):
    status, reason = FAULTS[fault]
    names = {"Works": None, fault: None, "Slow": None}
    records = outcomes(settings(*names, limits=LIMITS.get(status)))
    assert records[fault].status == status
    assert reason in (records[fault].reason or "")
    assert records["Works"].status == "ok"
    assert records["Slow"].status == "ok"
    if status != "ok":
        assert records[fault].phase == "fit"
        assert not records[fault].metrics
    assert records[fault].elapsed > 0
    assert records[fault].made_by.host.cpu


def test_every_status_is_tried():
    assert {status for status, _ in FAULTS.values()} == set(STATUSES)


def test_an_error_keeps_its_traceback(settings, outcomes):
    record = outcomes(settings("Raises"))["Raises"]
    assert "faulty.py" in record.traceback


def test_a_simulator_that_cannot_draw_is_a_row_of_the_phase_generate(settings, outcomes):
    graph = {"n_vars": 3, "max_lag": 2}
    hard = {"kind": "structural", "graph": graph, "min_effect": 1e6}
    record = outcomes(settings("Works", simulators={"hard": hard}))["Works"]
    assert (record.status, record.phase) == ("error", "generate")
    assert "min_effect" in record.reason


@pytest.mark.slow
def test_a_cell_larger_than_a_pipe_runs(settings, outcomes):
    n, max_lag = 60, 10
    coefficients = [
        [[1e-5 * (i + j + lag) for lag in range(max_lag)] for j in range(n)] for i in range(n)
    ]
    large = {"kind": "linear_var", "coefficients": coefficients}
    config = settings("Works", simulators={"large": large}, n_samples=(300,))
    assert len(pickle.dumps(expand(config)[0])) > 2**18
    assert outcomes(config)["Works"].status == "ok"


@pytest.mark.slow
def test_the_time_that_libraries_take_to_load_is_not_a_cells(settings, outcomes):
    config = settings("LoadsLong", limits=Limits(time_limit=1.0))
    assert outcomes(config)["LoadsLong"].status == "ok"


@pytest.mark.slow
def test_a_method_is_found_in_a_working_folder_that_has_changed(
    settings, outcomes, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "of_the_folder.py").write_text("from faulty import Works")
    for seed in (0, 1):
        (tmp_path / f"note{seed}").touch()
        config = settings(methods={"of_the_folder:Works": {}}, seeds=(seed,))
        assert outcomes(config, tmp_path / "results" / str(seed))["Works"].status == "ok"


def test_a_flood_of_prints_leaves_a_log_of_its_end(settings, outcomes, tmp_path):
    key = outcomes(settings("Floods"))["Floods"].key
    log = Store(tmp_path).path(key, ".log")
    assert log.stat().st_size < 100e6
    assert log.read_bytes().endswith(b"the last line\na line for the log\n")


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["HangsWithChildren", "LeavesAChild", "LeavesADaemon"])
def test_the_whole_process_tree_ends_with_the_cell(
    fault, settings, outcomes, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # where a worker runs
    (tmp_path / "scratch").mkdir()  # where the method notes its children
    outcomes(settings(fault, limits=Limits(time_limit=4.0)), tmp_path / "store")
    children = [int(line) for line in (tmp_path / "scratch" / "children").read_text().split()]
    assert children
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in children if is_running(pid)]


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_the_runner_is_untouched_and_nothing_it_started_is_left(settings, outcomes):
    before = children_of(os.getpid())
    outcomes(settings("Allocates", "HangsInC", "Segfaults", limits=BOTH))
    # The fork server stays for the next sweep; no worker does.
    assert len(children_of(os.getpid()) - before) <= 2


def children_of(pid):
    import psutil

    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


@pytest.mark.slow
def test_a_clock_that_jumps_back_ends_nothing_early_and_nothing_late(
    settings, outcomes, monkeypatch
):
    real, jumps = time.time, iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: real() - 3600 * next(jumps))
    records = outcomes(settings("Works", "Hangs", limits=Limits(time_limit=5.0)))
    assert records["Works"].status == "ok"
    assert records["Hangs"].status == "timeout"
    assert 5 < records["Hangs"].elapsed < 60


@pytest.mark.slow
def test_every_fault_at_once(settings, rows, tmp_path):
    """All faults side by side, four at a time, end as they do alone."""
    from bench.run.sweep import sweep

    config = settings(*FAULTS, limits=BOTH, jobs=4)
    cells, store = expand(config), Store(tmp_path)
    lost = sweep(cells, store, config).lost
    found = {cell.method.split(":")[1]: record.status for cell, record in rows(store, cells)}
    assert found == {fault: status for fault, (status, _) in FAULTS.items()}
    assert lost == sum(status not in ("ok", "declined") for status in found.values())
