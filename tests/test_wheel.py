"""What is shipped works without the checkout: the wheel holds the packages and the configs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT],
        check=True,
    )
    (wheel,) = folder.glob("lagbench-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_it_holds_the_four_packages_and_nothing_else(unpacked):
    found = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert found == {"bench", "methods", "simulators", "conf"}
    shipped = {path.relative_to(unpacked) for path in unpacked.glob("conf/**/*.yaml")}
    assert shipped == {path.relative_to(ROOT) for path in ROOT.glob("conf/**/*.yaml")}
    assert (unpacked / "bench" / "cli" / "references.bib").is_file()


def test_it_runs_from_any_folder(unpacked, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench",
            "run",
            "method=var",
            "simulator=linear",
            "n_samples=100",
            "seeds=[0]",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "run" / "table.csv").is_file()
