"""Every command, script and file of the README and of `docs/` works as written.

Each document is followed from its top to its end in a folder of its own. A block that is said to
be a file, as in "here `my_method.py`:", is written; any other `python` block is run, and so is
every line of an `sh` block. Blocks in other languages are for reading.

The first `lagbench` of a document is a process of its own, as for a reader. Bash reads the words
of the others and this process runs them, and all blocks of Python as one script, because loading
everything takes longer than most.
"""

import importlib
import io
import os
import re
import subprocess
import sys
import warnings
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from bench.__main__ import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = {path.stem: path for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))}
FENCE = re.compile(r"(?:`([\w./-]+\.\w+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


class Step(NamedTuple):
    """What a document has its reader do: write `text` to a file, or run it."""

    document: str
    language: str
    file: str
    text: str


def steps():
    for document, path in DOCUMENTS.items():
        for file, language, text in FENCE.findall(path.read_text(encoding="utf-8")):
            if file or language == "python":
                yield Step(document, language, file, text)
            elif language == "sh":
                lines = (line.partition("  #")[0].strip() for line in text.splitlines())
                yield from (Step(document, language, "", line) for line in lines if line)


STEPS = list(steps())
COMMANDS = [step for step in STEPS if step.language == "sh"]


def run(command, folder):
    environment = {
        **os.environ,
        "MPLBACKEND": "agg",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(folder / "installed"),
    }
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def path(tmp_path):
    """Forget afterwards where modules were looked for, and those of the reader."""
    before = list(sys.path)
    yield
    sys.path[:] = before
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.slow
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_reader_gets_through(document, tmp_path):
    started, names = False, {"__name__": "__main__"}
    if document == "README":  # whose reader has data
        values = np.random.default_rng(0).standard_normal((300, 3))
        pd.DataFrame(values, columns=["a", "b", "c"]).to_csv(tmp_path / "data.csv", index=False)
    for step in STEPS:
        if step.document == document:
            # What a reader has installed is found by processes that start after it.
            if (tmp_path / "installed").exists():
                alone(step, tmp_path)
            elif step.language == "python" and not step.file:
                here(step.text, names, tmp_path)
            else:
                (together if started else alone)(step, tmp_path)
                started |= step.text.startswith("lagbench ")


def alone(step, folder):
    """Do what a step asks for, each command in a process of its own."""
    if step.file:
        path = folder / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text)
    elif step.language == "python":
        run([sys.executable, "-c", step.text], folder)
    elif step.text.startswith("make "):
        run(["make", "--dry-run", *step.text.split()[1:]], ROOT)
    elif step.text.startswith("pip "):
        # Beside the packages that the tests run with, which stay as they are.
        words = [*step.text.split()[1:], "--quiet", "--no-deps", "--target", "installed"]
        run([sys.executable, "-m", "pip", *words], folder)
    else:
        assert run(["bash", "-c", step.text], folder).strip(), step.text


def here(block, names, folder):
    """Run a block of Python, with the names of the blocks before it."""
    with chdir(folder), redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("default")
        exec(compile(block, "document", "exec"), names)


def together(step, folder):
    """Do what a step asks for, a `lagbench` that stands alone in this process."""
    if not step.text.startswith("lagbench ") or re.search("[&;|<>]", step.text):
        alone(step, folder)
        return
    said = run(["bash", "-c", 'lagbench() { printf "%s\\n" "$@"; }; ' + step.text], folder)
    importlib.invalidate_caches()  # a file may have been written since
    out = io.StringIO()
    with chdir(folder), redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(said.splitlines()) == 0, f"{step.text}: {out.getvalue()}"
    assert out.getvalue().strip(), step.text


def test_the_commands_are_found():
    assert [step.text for step in COMMANDS[2:4]] == ["make test", "make bench"]
    documents = {step.document for step in COMMANDS}
    reading = {"architecture", "glossary", "index", "methods", "metrics", "parcorr", "protocols"}
    assert documents == set(DOCUMENTS) - reading - {"python"}


def test_nothing_but_make_pip_and_lagbench_is_asked_of_the_reader():
    assert {step.text.split()[0] for step in COMMANDS} == {"make", "pip", "lagbench"}


@pytest.mark.parametrize("path", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_files_that_are_linked_exist(path):
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / link).exists(), link
