"""The architecture as a test: data flows simulators -> methods -> bench, imports are lazy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("torch", "tigramite", "lingam", "causallearn")


def imported(path: Path) -> set[str]:
    """Return `module` and `module.name` for every import anywhere in a file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found
    return found


@pytest.mark.parametrize("path", files("methods"), ids=str)
def test_methods_know_nothing_of_bench_and_simulators(path):
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & {"bench", "simulators", "conf"}


@pytest.mark.parametrize("path", files("simulators"), ids=str)
def test_simulators_take_only_types_from_methods(path):
    names = imported(path)
    assert not {name.split(".")[0] for name in names} & {"bench", "conf"}
    types = {"methods.TimeSeries", "methods.LaggedGraph"}
    allowed = ("methods.types.arrays", "methods.types.errors", "methods.types.parameters")
    names = {name for name in names if not name.startswith(allowed)}
    assert {name for name in names if name.split(".")[0] == "methods"} <= types


@pytest.mark.parametrize(
    "command",
    [
        "main(['--help'])",
        "main(['list', 'methods'])",
        "main(['list', 'simulators'])",
        "main(['list', 'experiments'])",
        "main(['plan', 'profile=laptop'])",
        "main(['cite', 'dot', 'pcmci', 'pc', 'varlingam'])",
    ],
)
def test_help_listing_planning_and_citing_import_no_heavy_library(command):
    code = (
        "import sys\nfrom bench.__main__ import main\n"
        f"try:\n    {command}\nexcept SystemExit:\n    pass\n"
        f"loaded = [name for name in {HEAVY} if name in sys.modules]\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_threads_are_pinned_before_numpy_loads():
    code = (
        "import bench.threads as threads, sys\nassert 'numpy' not in sys.modules\n"
        "import os\nos.environ['OMP_NUM_THREADS'] = '8'\nimport bench.__main__\n"
        "assert all(os.environ[name] == '1' for name in threads.VARIABLES)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_files_and_functions_stay_short():
    for package in ("bench", "methods", "simulators"):
        for path in files(package):
            text = path.read_text()
            assert len(text.splitlines()) <= 400, path
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    assert node.end_lineno is not None
                    assert node.end_lineno - node.lineno < 60, (path, node.name)


def test_the_top_level_is_the_agreed_one():
    tracked = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout.split()
    allowed = {
        "pyproject.toml",
        "Makefile",
        "mkdocs.yml",
        "README.md",
        "CHANGELOG.md",
        "CITATION.cff",
        "LICENSE",
        "constraints.txt",
        ".ci",
        "bench",
        "methods",
        "simulators",
        "conf",
        "docs",
        "examples",
        "results",
        "tests",
        ".gitignore",
        "CONTRIBUTING.md",
        ".editorconfig",
        ".github",
        ".pre-commit-config.yaml",
    }
    assert {name.split("/")[0] for name in tracked} <= allowed
