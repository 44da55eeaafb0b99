"""Claims: how several runners, on one machine or many, share the cells of one store.

A claim is a file that only one runner can create. Its owner touches it every few seconds. It is
stale, and may be taken over, if

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
    _token: str = field(default_factory=lambda: uuid.uuid4().hex)
    _held: set[str] = field(default_factory=set)
    _touched: float = field(default_factory=time.monotonic)
    # By key: the state of another's claim and when it was first seen in that state.
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def take(self, key: str) -> bool:
        """Claim a key; False if another runner holds it."""
        if not self._create(key) and not (self._is_stale(key) and self._take_over(key)):
            return False
        self._seen.pop(key, None)
        self._held.add(key)
        return True

    def release(self, key: str) -> None:
        """Give up a claim of this runner's, if it is still its own."""
        self._held.discard(key)
        path = self.folder / key
        if _owner(path).get("token") == self._token:
            path.unlink(missing_ok=True)

    def release_all(self) -> None:
        """Give up every claim of this runner's."""
        for key in list(self._held):
            self.release(key)

    def touch(self) -> None:
        """Show that this runner lives; cheap, to be called often."""
        if time.monotonic() - self._touched < _TOUCH_EVERY:
            return
        self._touched = time.monotonic()
        for key in self._held:
            with contextlib.suppress(FileNotFoundError):
                os.utime(self.folder / key)

    def tidy(self, done: Collection[str]) -> None:
        """Remove the stale claims of cells that are done: their owner died before it could."""
        names = os.listdir(self.folder) if self.folder.is_dir() else []  # noqa: PTH208 - fast
        for key in set(names).intersection(done):
            if self.take(key):
                self.release(key)

    def _create(self, key: str) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(self.folder / key, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w") as file:
            json.dump({"token": self._token, "host": _host(), **_process(os.getpid())}, file)
        return True

    def _is_stale(self, key: str) -> bool:
        path = self.folder / key
        try:
            state = path.stat().st_mtime_ns
        except FileNotFoundError:
            return True
        owner = _owner(path)
        if owner.get("host") == _host():
            return _process(int(owner["pid"])) != {"pid": owner["pid"], "began": owner["began"]}
        seen, since = self._seen.get(key, (None, 0.0))
        if seen != state:
            self._seen[key] = (state, time.monotonic())
            return False
        return time.monotonic() - since > self.patience

    def _take_over(self, key: str) -> bool:
        """Move the stale claim away, which only one runner can, and create an own one."""
        path, away = self.folder / key, self.folder / f".{key}.{self._token}"
        judged = _owner(path).get("token")
        try:
            path.rename(away)
        except FileNotFoundError:
            return self._create(key)
        if _owner(away).get("token") != judged:
            # Another runner took it over in between: what was moved away is its live claim.
            with contextlib.suppress(FileExistsError):
                os.link(away, path)
            away.unlink()
            return False
        away.unlink()
        return self._create(key)


def _owner(path: Path) -> dict[str, Any]:
    """Return who holds a claim; nothing if it is gone or its owner died while writing it."""
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _host() -> list[str | int]:
    """Identify the machine since its last start, and the container whose process ids count."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return [socket.gethostname(), boot, Path("/proc/self/ns/pid").stat().st_ino]
    except OSError:
        return [socket.gethostname(), str(uuid.getnode())]


def _process(pid: int) -> dict[str, Any]:
    """Identify a process by its id and the tick at which it began; None if it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return {"pid": pid, "began": None}
    return {"pid": pid, "began": None if stat[0] in "ZX" else stat[19]}
