"""Where a result comes from: code, packages, machine."""

from __future__ import annotations

import functools
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import bench
import methods.registry
from bench.store.schema import Code, Host, MadeBy
from bench.threads import VARIABLES

# What results can depend on, beside the packages that ship a method.
_PACKAGES = (
    "lagbench",
    "numpy",
    "scipy",
    "numba",
    "scikit-learn",
    "torch",
    "tigramite",
    "causal-learn",
    "lingam",
)


@functools.cache
def code() -> Code:
    """Return the version of lagbench and, in a git checkout, its commit and whether it is dirty.

    Files that git does not track are no part of the code; without a checkout `commit` and
    `dirty` are None.
    """
    folder = Path(bench.__file__).parents[1]
    commit = dirty = None
    if (folder / ".git").exists():
        commit = _git(folder, "rev-parse", "HEAD")
        changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
        dirty = None if changes is None else bool(changes)
    return Code(version=version("lagbench"), commit=commit, dirty=dirty)


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of the packages that results depend on, those of methods included."""
    entries = methods.registry.available().values()
    names = {*_PACKAGES, *(entry.dist.name for entry in entries if entry.dist)}
    found = {"python": platform.python_version()}
    for name in sorted(names):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@functools.cache
def host() -> Host:
    """Return name, system and CPU model of this machine."""
    return Host(
        name=platform.node(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        cpu=_cpu_model(),
    )


def everything() -> MadeBy:
    """Return what a record holds under `made_by`, but for the device, which its worker adds."""
    threads = int(os.environ.get(VARIABLES[0], os.cpu_count() or 1))
    return MadeBy(code=code(), versions=versions(), host=host(), threads=threads)


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", folder, *words], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())
