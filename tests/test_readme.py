"""Every command and every file of the README works as written."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, flags=re.DOTALL)
COMMANDS = [
    line.partition("  #")[0].strip()
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the files that the README tells its reader to write."""
    folder = tmp_path_factory.mktemp("reader")
    for language, block in BLOCKS:
        if language == "python" and "class Ridge" in block:
            (folder / "my_method.py").write_text(block)
        elif language == "python":
            subprocess.run([sys.executable, "-c", block], cwd=folder, check=True)
        elif language == "yaml":
            group = "simulator" if "kind:" in block else "experiment"
            path = folder / "my_conf" / group / "dense.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block)
    return folder


def test_the_commands_are_found():
    assert len(COMMANDS) >= 10
    assert COMMANDS[:2] == ["make test", "make bench"]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make")])
def test_make_targets_exist(command):
    assert shutil.which("make"), "the README asks for make"
    done = subprocess.run(
        [*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("lagbench")])
def test_lagbench_commands_run(command, folder):
    words = shlex.split(command)[1:]
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=folder, capture_output=True, text=True, env={**os.environ, "MPLBACKEND": "agg"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


def test_nothing_but_make_and_lagbench_is_asked_of_the_reader():
    assert {command.split()[0] for command in COMMANDS} == {"make", "lagbench"}


def test_the_printed_table_is_the_one_in_results():
    table = (ROOT / "results" / "laptop" / "table.md").read_text()
    printed = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert len(printed) > 10
    assert "\n".join(printed) in table


def test_files_that_are_shown_exist():
    for path in re.findall(r"\]\((results/[^)]+)\)", TEXT):
        assert (ROOT / path).is_file()
