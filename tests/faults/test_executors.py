"""Sweeps on a Ray cluster that loses a node, in Slurm's jobs, and under Hydra's launchers."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.__main__ import main

pytestmark = pytest.mark.slow

THIRTY = ["simulator=linear", "n_samples=100", f"seeds={list(range(30))}".replace(" ", "")]


# All traffic stays on the loopback address, as Ray has it on a Mac.
LOOPBACK = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


@pytest.fixture(scope="module")
def two_nodes(tmp_path_factory, lagbench_in):
    """A cluster of two nodes that can import the faulty methods; see `two_nodes.py`."""
    lagbench = lagbench_in(tmp_path_factory.mktemp("cluster"))
    script = Path(__file__).parent / "two_nodes.py"
    process = subprocess.Popen(
        [sys.executable, script],
        text=True,
        env=lagbench.env | LOOPBACK,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.address = next(
            line.split()[1] for line in process.stdout if line.startswith("address")
        )
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=60)
        process.stdout.close()


@pytest.fixture
def cluster(two_nodes, lagbench):
    """The cluster, which the commands of this test can reach."""
    lagbench.env |= LOOPBACK
    return two_nodes


def statuses(store):
    scan = store.scan()
    assert not scan.strange
    assert not [path for path in store.root.rglob(".*") if path.is_file()]
    assert not list((store.root / "locks").glob("*"))
    found = {}
    for entry in scan.entries.values():
        found.setdefault(entry.head.method, []).append(entry.status)
    return found


def test_records_of_every_executor_are_the_same(lagbench, cluster):
    words = ["run", "method=[var,random]", "simulator=linear", "n_samples=100", "seeds=[0,1]"]
    ways = {
        "here": [],
        "jobs": ["executor=slurm", "executor.cluster=local", "executor.shards=2"],
        "tasks": ["executor=ray", f"executor.address={cluster.address}"],
    }
    found = {}
    for name, way in ways.items():
        done = lagbench(*words, *way, f"name={name}")
        assert done.returncode == 0, done.stderr
        store = lagbench.store(name)
        found[name] = {
            key: [
                json.loads(entry.path.read_text())[part] for part in ("metrics", "data", "truth")
            ]
            + [entry.path.with_suffix(".npz").read_bytes()]
            for key, entry in sorted(store.scan().entries.items())
        }
    assert found["here"] == found["jobs"] == found["tasks"]


def test_a_ray_cluster_that_loses_a_node_still_gives_every_row(lagbench, cluster):
    """Cells that fail in their own ways do so in a sandbox on their node, as anywhere."""
    sweep = lagbench.start(
        "run",
        "method=[slow,exits,segfaults,allocates]",
        *THIRTY[:2],
        f"seeds={list(range(6))}".replace(" ", ""),
        "executor=ray",
        f"executor.address={cluster.address}",
        "limits.memory_limit=1.5",
    )
    store = lagbench.store()
    deadline = time.monotonic() + 300
    while len(list(store.root.glob("cells/*/*.json"))) < 4:
        assert time.monotonic() < deadline
        assert sweep.poll() is None, sweep.communicate()
        time.sleep(0.05)
    cluster.stdin.write("kill\n")
    cluster.stdin.flush()
    assert cluster.stdout.readline() == "killed\n"
    before = len(list(store.root.glob("cells/*/*.json")))
    out, err = sweep.communicate(timeout=240)
    assert before < 24, "the sweep was over before the node was killed"
    assert sweep.returncode == 1, out + err
    assert statuses(store) == {
        "slow": ["ok"] * 6,
        "exits": ["crashed"] * 6,
        "segfaults": ["crashed"] * 6,
        "allocates": ["out_of_memory"] * 6,
    }
    assert "6 cells of exits ended as crashed" in err


def test_slurm_jobs_share_the_work(lagbench):
    """By submitit's own stand-in for a cluster: each job is a process on this machine."""
    words = [
        "run",
        "method=[meets,raises]",
        *THIRTY[:2],
        f"seeds={list(range(8))}".replace(" ", ""),
        "jobs=1",
        "executor=slurm",
        "executor.cluster=local",
        "executor.shards=2",
    ]
    done = lagbench(*words)
    assert done.returncode == 1, done.stderr
    assert statuses(lagbench.store()) == {"meets": ["ok"] * 8, "raises": ["error"] * 8}
    lines = (lagbench.scratch / "notes").read_text().split()
    assert len({line.partition("/")[2] for line in lines}) == len(lines) == 8
    assert len({line.partition("/")[0] for line in lines}) == 2
    done = lagbench(*words)
    assert "8 done, 8 failed, 0 to run" in done.stdout


def test_a_job_that_slurm_ends_leaves_its_cells_to_the_same_command(lagbench):
    words = [
        "run",
        "method=[stops_after_eight]",
        *THIRTY,
        "jobs=1",
        "executor=slurm",
        "executor.cluster=local",
        "executor.shards=2",
    ]
    sweep = lagbench.start(*words)
    store = lagbench.store()
    deadline = time.monotonic() + 300
    while len(list(store.root.glob("cells/*/*.json"))) < 8:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    commands = {path.parent.name: read(path) for path in Path("/proc").glob("[0-9]*/cmdline")}
    here = str(store.root).encode()
    job = next(
        pid for pid, words in commands.items() if b"core._submit" in words and here in words
    )
    os.kill(int(job), 9)
    (lagbench.scratch / "go").touch()
    out, err = sweep.communicate(timeout=300)
    assert sweep.returncode == 1, out + err
    missing = 30 - len(store.scan().entries)
    assert 0 < missing < 23
    assert f"{missing} cells were not run; the same command runs them" in err
    done = lagbench(*words)
    assert done.returncode == 0, done.stderr
    assert statuses(store) == {"stops_after_eight": ["ok"] * 30}


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_hydras_launchers_share_one_store(lagbench):
    """Jobs that a launcher sends to other processes end in one store and one report."""
    words = [
        "run",
        "-m",
        "hydra/launcher=joblib",
        "hydra.launcher.n_jobs=2",
        "method=[random]",
        "simulator=linear",
        "n_samples=100",
        "seeds=[0,1],[1,2]",
        "jobs=1",
    ]
    done = lagbench(*words)
    assert done.returncode == 0, done.stderr
    store = lagbench.store()
    assert statuses(store) == {"random": ["ok"] * 3}
    assert "| random " in (store.root / "table.md").read_text()
    again = lagbench(*words)
    assert again.returncode == 0
    assert again.stdout.count("0 to run") == 2


def test_a_job_of_a_launcher_that_fails_makes_the_exit_code_1(lagbench):
    done = lagbench(
        "run",
        "-m",
        "hydra/launcher=joblib",
        "method=[raises]",
        "simulator=linear",
        "n_samples=100,120",
        "seeds=[0]",
        "jobs=1",
    )
    assert done.returncode == 1, done.stderr
    assert "1 cells failed" in done.stderr
    assert statuses(lagbench.store()) == {"raises": ["error"] * 2}


@pytest.mark.parametrize(("kind", "package"), [("ray", "ray"), ("slurm", "submitit")])
def test_an_extra_that_is_not_installed_is_one_line(kind, package, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))  # to which a command adds its folder
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["run", f"executor={kind}", "method=[random]", *THIRTY]) == 2
    (line,) = (line for line in capsys.readouterr().err.splitlines() if line)
    assert f"pip install 'lagbench[{kind}]'" in line


def test_a_cluster_that_is_not_there_is_one_line(lagbench):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = lagbench(
        "run", "executor=ray", f"executor.address=127.0.0.1:{port}", "method=[random]", *THIRTY
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "executor.address" in line
