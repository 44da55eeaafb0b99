"""Claims: how several runners, on one machine or many, share the cells of one store.

A claim is the file `<key>.<generation>`, which only one runner can create; the highest
generation of a key holds it. A stale claim is taken
over by creating the next generation, which again only one can, so that there is no moment in
which two believe they have won. Its owner touches a claim every few seconds. It is stale if

- its owner was on this machine and is gone, which is known at once; or
- nobody touched it for `PATIENCE` seconds of the observer's own monotonic clock. What is
  compared is whether the file changed, never two clocks, so that a clock that is wrong or jumps
  on one machine makes no claim stale.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds without a touch after which a claim of another machine is stale."""

_TOUCH_EVERY = 5.0


@dataclass
class Claims:
    """The claims of one runner in the folder of all claims.

    Parameters
    ----------
    folder
        `<store>/claims`.
    patience
        Seconds without a touch after which a claim of another machine is stale.
    """

    folder: Path
    patience: float = PATIENCE
    _held: dict[str, int] = field(default_factory=dict)
    _touched: float = field(default_factory=time.monotonic)
    # By file: the state of another's claim and when it was first seen in that state.
    _seen: dict[Path, tuple[int, float]] = field(default_factory=dict)

    def take(self, key: str) -> bool:
        """Claim a key; False if another runner holds it."""
        generations = self._generations(key)
        latest = self._path(key, max(generations)) if generations else None
        before = None if latest is None else _state(latest)
        if latest is not None and not (before and self._is_stale(latest)):
            return False
        generation = max(generations, default=-1) + 1
        if not _create(self._path(key, generation)):
            return False
        if latest is not None and _state(latest) != before:
            # While this process stood still, others took it over, ended and began anew.
            self._path(key, generation).unlink()
            return False
        self._held[key] = generation
        return True

    def release(self, key: str) -> None:
        """Give up a claim, and the stale ones that it took over."""
        held = self._held.pop(key)
        # The highest last: while a claim is held, its key has a file.
        for generation in sorted(self._generations(key)):
            if generation <= held:
                self._path(key, generation).unlink(missing_ok=True)

    def release_all(self) -> None:
        """Give up every claim of this runner's."""
        for key in list(self._held):
            self.release(key)

    def touch(self) -> None:
        """Show that this runner lives; cheap, to be called often."""
        if time.monotonic() - self._touched < _TOUCH_EVERY:
            return
        self._touched = time.monotonic()
        for key, generation in self._held.items():
            with contextlib.suppress(FileNotFoundError):
                os.utime(self._path(key, generation))

    def tidy(self, done: Collection[str]) -> None:
        """Remove the stale claims of cells that are done: their owner died before it could."""
        for key in self.keys().intersection(done):
            if self.take(key):
                self.release(key)

    def keys(self) -> set[str]:
        """Return the keys that are claimed by anybody."""
        return {name.partition(".")[0] for name in self._names()}

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.folder)  # noqa: PTH208 - many at once, often
        except FileNotFoundError:
            return []

    def _generations(self, key: str) -> list[int]:
        parts = (name.partition(".") for name in self._names())
        return [int(generation) for name, _, generation in parts if name == key]

    def _path(self, key: str, generation: int) -> Path:
        return self.folder / f"{key}.{generation}"

    def _is_stale(self, path: Path) -> bool:
        try:
            state = path.stat().st_mtime_ns
            owner = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return False  # released just now
        except ValueError:
            owner = {}  # being written, or its owner died over it
        if owner.get("host") == _host():
            return bool(_process(owner["pid"]) != owner["process"])
        seen, since = self._seen.get(path, (None, 0.0))
        if seen != state:
            self._seen[path] = (state, time.monotonic())
            return False
        return time.monotonic() - since > self.patience


def _state(path: Path) -> tuple[int, int] | None:
    """Return what tells one claim from another of the same name; None if it is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _create(path: Path) -> bool:
    """Create a claim of this process; False if it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    pid = os.getpid()
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump({"host": _host(), "pid": pid, "process": _process(pid)}, file)
    except OSError:  # on a full disk: an empty claim would hold others up
        path.unlink()
        raise
    return True


def _host() -> list[Any]:
    """Identify the machine since its last start, and the container whose process ids count."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return [socket.gethostname(), boot, Path("/proc/self/ns/pid").stat().st_ino]
    except OSError:
        return [socket.gethostname(), str(uuid.getnode())]


def _process(pid: int) -> str | None:
    """Return the tick at which a process began, which no other with its id has; None if ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return None if stat[0] in "ZX" else stat[19]
