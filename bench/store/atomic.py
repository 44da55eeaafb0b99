"""Writing a file so that a reader meets the old one or the new one, never half of either."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, draft_of: Path | None = None) -> Iterator[Path]:
    """Yield a draft to write to; on leaving it becomes `path`.

    The draft lies beside `path`, or beside `draft_of` and named after it. It reaches the disk
    before it takes the name, so that a power cut leaves no empty file behind the name; it keeps
    the suffix, by which writers choose a format. If the body raises, an older file stays as it
    was.
    """
    named = draft_of or path
    # Process ids repeat over machines that share a folder.
    draft = named.with_name(f".{uuid.uuid4().hex[:8]}.{named.name}")
    try:
        yield draft
        _flush(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8; see `replacing`."""
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


STORE_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
}
"""What an OSError says when a folder cannot be written to, whoever tries."""


def flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
