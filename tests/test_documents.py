"""Every command, script and file of the README and of `docs/` works as written.

Each document is followed from its top to its end in a folder of its own. A block that is said to
be a file, as in "here `my_method.py`:", is written; any other `python` block is run, and so is
every line of an `sh` block. Blocks in other languages are for reading.

The first `lagbench` of all is a process of its own, as for a reader. Bash reads the words of the
others and this process runs them, and all blocks of Python of a document as one script, because
loading everything takes longer than most.
"""

import importlib
import io
import os
import re
import subprocess
import sys
import warnings
from contextlib import chdir, contextmanager, redirect_stdout
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
FIRST = next(step for step in COMMANDS if step.text.startswith("lagbench "))


def run(command, folder):
    environment = {
        **os.environ,
        "MPLBACKEND": "agg",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def path(tmp_path):
    """Look for modules in the reader's folder too, and forget those of it afterwards."""
    before = list(sys.path)
    sys.path.append(str(tmp_path))
    yield
    sys.path[:] = before
    forget(tmp_path)


def forget(folder):
    """Have what was imported from a folder be imported anew."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None)).startswith(str(folder)):
            del sys.modules[name]
    importlib.invalidate_caches()


@pytest.mark.slow
@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_reader_gets_through(document, tmp_path):
    names = {"__name__": "__main__"}
    if document == "README":  # whose reader has data
        values = np.random.default_rng(0).standard_normal((300, 3))
        pd.DataFrame(values, columns=["a", "b", "c"]).to_csv(tmp_path / "data.csv", index=False)
    for step in STEPS:
        if step.document == document:
            follow(step, names, tmp_path)


def follow(step, names, folder):
    """Do what a step asks for; `names` are those of the blocks of Python before it."""
    importlib.invalidate_caches()  # a file may have been written since
    if step.file:
        path = folder / step.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text)
    elif step.language == "python":
        with at(folder):
            exec(compile(step.text, step.document, "exec"), names)
    elif step.text.startswith("make "):
        run(["make", "--dry-run", *step.text.split()[1:]], ROOT)
    elif step.text.startswith("pip "):
        install(step.text.split()[1:], folder)
    elif step == FIRST or not step.text.startswith("lagbench ") or re.search("[&;|<>]", step.text):
        assert run(["bash", "-c", step.text], folder).strip(), step.text
    else:
        command(step.text, folder)


def install(words, folder):
    """Install beside the packages that the tests run with, which stay as they are."""
    beside = ["--quiet", "--no-deps", "--target", "installed"]
    run([sys.executable, "-m", "pip", *words, *beside], folder)
    sys.path.insert(0, str(folder / "installed"))
    forget(folder)


def command(text, folder):
    """Run a `lagbench` in this process; it succeeds and prints something."""
    said = run(["bash", "-c", 'lagbench() { printf "%s\\n" "$@"; }; ' + text], folder)
    with at(folder) as out:
        assert main(said.splitlines()) == 0, f"{text}: {out.getvalue()}"
    assert out.getvalue().strip(), text


@contextmanager
def at(folder):
    """Work in a folder and yield what is printed; warnings are no errors there."""
    out = io.StringIO()
    with chdir(folder), redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("default")
        yield out


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
