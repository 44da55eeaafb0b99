"""The command line in the process of the tests, which has loaded what a command needs."""

import io
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout

import pytest

from bench.__main__ import main
from bench.store.store import Store


class Here:
    """The command line in a folder, run in this process.

    Each command finds the path of modules as the one before: otherwise it would start another
    fork server.
    """

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, *words):
        out, err = io.StringIO(), io.StringIO()
        path = list(sys.path)
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            code = main(words)
        sys.path[:] = path
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def store(self):
        return Store(self.folder / "results" / "run")


@pytest.fixture(scope="session")
def _one_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("here")


@pytest.fixture
def here(_one_folder):
    """Return the command line in an empty folder, the same for all tests; see `Here`."""
    yield Here(_one_folder)
    for path in _one_folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
