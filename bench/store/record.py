"""Writing and reading the record of one cell: one JSON object in a file.

The first line of a file holds the entries of `bench.store.schema.Head`, so that the state of ten
thousand records can be read without parsing their metrics. It is an ordinary JSON file all the
same.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from bench.config.cell import SCHEMA, STATUSES
from bench.store.schema import HEAD, Head, NewerRecordError, Record, StrangeFileError, upgrade

_HEAD_BYTES = 1024


def dump(record: Record) -> str:
    """Return the text of a record."""
    entries: dict[str, Any] = record.model_dump(by_alias=True, exclude_none=False)
    if record.was is None:
        del entries["was"]
    head = {name: entries.pop(name) for name in HEAD}
    first, rest = (json.dumps(part, allow_nan=False) for part in (head, entries))
    return f"{first[:-1]},\n{rest[1:]}\n"


def load(path: Path) -> Record:
    """Return the record in a file, brought to the present schema.

    Raises
    ------
    StrangeFileError
        If the file is truncated or is no record.
    NewerRecordError
        If a newer lagbench wrote it.
    """
    try:
        return upgrade(json.loads(path.read_bytes()))
    except StrangeFileError as error:
        raise StrangeFileError(f"{path}: {error}") from None
    except (NewerRecordError, OSError):
        raise
    except ValueError as error:
        raise StrangeFileError(f"{path}: no JSON, so damaged ({error})") from None


def load_head(path: Path) -> Head:
    """Return the first entries of a record; reads two small parts of the file.

    Raises
    ------
    StrangeFileError, NewerRecordError
        As `load`.
    """
    with path.open("rb", buffering=0) as file:
        start = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
        file.seek(max(0, size - 2))
        complete = file.read() == b"}\n"
    first, newline, _ = start.partition(b",\n")
    if complete and newline:
        try:
            head = json.loads(first + b"}")
        except ValueError:
            return load(path)
        # Files written before `n_vars` and `max_lag` were recorded lack them.
        whole = isinstance(head, dict) and {*HEAD} - {*head} <= {"n_vars", "max_lag"}
        if whole and head["schema"] == SCHEMA and head["status"] in STATUSES:
            return Head.model_validate(head)
    return load(path)


def digest(*parts: bytes | memoryview) -> str:
    """Return the first 16 hex digits of the SHA-256 of some bytes."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part)
    return sha.hexdigest()[:16]
