"""What the process of a method may reach.

It reads the system's folders, the Python installation, the import path and its working folder.
It writes to a temporary folder of its own, to its working folder as far as that is no code, to
the usual caches, and to the devices that computing takes. Out of its reach are:

- the store of its cell and those beside it, so truths, records and seeds of other cells;
- the folder that its series was read from, with the graph beside it;
- the home folder (a shell's history has seeds in it) and the system's temporary folder, but for
  what is named above;
- the memory, environment and command line of every other process, the runner's among them.

A folder with the store somewhere below it is given by its parts, so that nothing new can be made
in it.

This is so where the kernel has Landlock (Linux 5.13 and later, most distributions), for root too.
Elsewhere (macOS, older kernels) a method's process has never held more than its series either,
but can read what its user can: files of the store, and the command line of the runner.

Nowhere is this proof against a method that knows a benchmark by heart. Seeds and simulators are
public, so that whoever draws all of them again can recognise a series; the entropy of its
generator tells a method that tries them which seed is right. Nor does it hold for what
runs outside of `discover`: modules of a method and its `libraries` are imported by the runner and
the fork server. Nor for other services that its user may use, such as a Ray cluster.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import bench
from bench.run.isolation import landlock

_PROC = {
    *("cpuinfo", "devices", "driver", "filesystems", "loadavg", "meminfo", "modules"),
    *("stat", "sys", "uptime", "version", "vmstat"),
}
_DEVICES = {
    *("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm"),
    *("dri", "kfd"),
}
_CACHES = {
    *("XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "TORCH_HOME"),
    *("MPLCONFIGDIR", "NUMBA_CACHE_DIR", "TRITON_CACHE_DIR"),
}


def close_off(folder: Path, temporary: Path, hidden: Iterable[Path]) -> None:
    """Leave this process what a method may reach, where the system can.

    Parameters
    ----------
    folder, temporary
        The working folder, and the one for its temporary files.
    hidden
        What stays out of reach, wherever it lies.
    """
    if not landlock.version():
        return
    folder, own = Path(os.path.realpath(folder)), Path(f"/proc/{os.getpid()}")
    always = {Path("/proc"), Path("/dev"), *_real(hidden)}
    private = {*_real([temporary.parent, *_home()])} - {Path("/")}
    code = {*_real(_code())}
    read = {
        *_without(Path("/"), always | private),
        *(part for path in {folder, *code} for part in _without(path, always)),
        *(f"/proc/{name}" for name in _PROC),
    }
    # Code stays as it is, also where the working folder holds it, as in a checkout.
    fixed = {path for path in code if path != folder and path.is_relative_to(folder)}
    write = {
        *_without(folder, always | fixed),
        *(part for path in _real(_caches()) for part in _without(path, always)),
        *(str(path) for path in (temporary, own, *_devices())),
    }
    landlock.restrict(read, write)


def _code() -> Iterator[Path]:
    """Yield what Python and its modules lie in, and the packages of lagbench."""
    yield from (Path(part) for part in (sys.prefix, sys.base_prefix, *sys.path))
    root = Path(bench.__file__).parents[1]
    yield from (root / name for name in ("bench", "conf", "methods", "simulators"))


def _home() -> list[Path]:
    home = os.path.expanduser("~")  # noqa: PTH111 - `Path.home` raises where there is none
    return [Path(home)] if home != "~" else []


def _caches() -> Iterator[Path]:
    yield from (home / name for home in _home() for name in (".cache", ".nv", ".triton"))
    yield from (Path(os.environ[name]) for name in _CACHES if os.environ.get(name))


def _devices() -> Iterator[Path]:
    yield from (Path("/dev") / name for name in _DEVICES)
    yield from Path("/dev").glob("nvidia*")


def _real(paths: Iterable[Path]) -> Iterator[Path]:
    return (Path(os.path.realpath(path)) for path in paths)


def _without(path: Path, hidden: set[Path]) -> Iterator[str]:
    """Yield a path, or the parts of it that together are all but what is hidden."""
    if not hidden.isdisjoint((path, *path.parents)):
        return
    above = {str(parent) for one in hidden for parent in one.parents}
    # Plain text: there are hundreds of parts, and each cell pays for them.
    yield from _parts(str(path), {str(one) for one in hidden}, above)


def _parts(path: str, hidden: set[str], above: set[str]) -> Iterator[str]:
    """Yield the parts of a path that are neither hidden nor above what is."""
    if path in hidden:
        return
    if path not in above:
        yield path
        return
    with contextlib.suppress(OSError), os.scandir(path) as listed:
        # What a link leads to is reached by its own path or not at all.
        for part in [part.path for part in listed if not part.is_symlink()]:
            yield from _parts(part, hidden, above)
