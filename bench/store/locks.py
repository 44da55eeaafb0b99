"""Locks by which several runners, on one machine or many, share the cells of one store.

A lock is the file `<key>` in the folder of locks, held by `flock` (the library filelock). The
kernel frees it when its owner ends, however it ends, so a lock is never stale. Over a network the
file system has to support `flock` between machines, as NFS does on Linux.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout


@dataclass
class Locks:
    """The locks of one runner.

    Parameters
    ----------
    folder
        `<store>/locks`.
    """

    folder: Path
    _held: dict[str, FileLock] = field(default_factory=dict)

    def take(self, key: str) -> bool:
        """Lock a key; False if another runner holds it.

        Raises
        ------
        OSError
            If the folder cannot be written to, or its file system has no locks.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        # The heartbeat that filelock offers instead would wait for owners that are long gone.
        lock = FileLock(
            self.folder / key, blocking=False, thread_local=False, fallback_to_soft=False
        )
        try:
            lock.acquire()
        except Timeout:
            return False
        self._held[key] = lock
        return True

    def release(self, key: str) -> None:
        """Give up a lock and remove its file."""
        # While it is held: whoever opens the file and locks it later finds it unlinked.
        (self.folder / key).unlink(missing_ok=True)
        self._held.pop(key).release()

    def release_all(self) -> None:
        """Give up every lock of this runner."""
        for key in list(self._held):
            self.release(key)

    def tidy(self, done: Collection[str]) -> None:
        """Remove the files of cells that are done and whose runner ended before it could."""
        for key in self.keys().intersection(done):
            if self.take(key):
                self.release(key)

    def keys(self) -> set[str]:
        """Return the keys that have a lock file."""
        try:
            return set(os.listdir(self.folder))  # noqa: PTH208 - many at once, often
        except FileNotFoundError:
            return set()
