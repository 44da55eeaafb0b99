"""The record of one cell: what it holds, how it is written, and how older ones are read.

A record is one JSON object. Its first line holds the entries of `HEAD`, in that order, so that
the state of ten thousand records can be read without parsing their metrics; it is an ordinary
JSON file all the same.

| entry | content |
|---|---|
| schema, key | version of this layout; the cell's key |
| status | one of `STATUSES` |
| phase | `generate`, `fit` or `score`: where it ended |
| method, n_samples | of the cell, for estimates of time |
| elapsed | wall seconds of the whole cell, from generating to scoring, or until it was killed |
| reason, traceback | what went wrong, or None |
| cell | the cell, see `bench.config.cell.Cell.describe` |
| labels | `simulator` and `axes`: what the cell was called when it ran |
| cost | `wall_seconds`, `cpu_seconds` and `peak_memory_mib` of the method call alone (see `bench.run.isolation.worker`), and `generate_seconds` and `score_seconds` beside it |
| data, truth | SHA-256 of the series, and of the truth under `truths/` |
| properties | of the data, see `simulators.properties` |
| metrics | `level/scope/metric` to value, floor and ceiling |
| forecast_error | see `methods.LaggedGraph` |
| was | schema and key of the file, only in a record that was brought up from an older schema |
| made_by | code, package versions, host, CPU model, device, threads; see `bench.store.provenance` |
"""  # noqa: E501 - a table row is one line

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from bench.config.cell import SCHEMA, canonical, content_key

Status = Literal["ok", "declined", "error", "timeout", "out_of_memory", "crashed"]
NotOk = Literal["declined", "error", "timeout", "out_of_memory", "crashed"]
Record = dict[str, Any]

STATUSES: tuple[Status, ...] = get_args(Status)
"""How a cell can end. A method that declines a problem has not failed; the last four are."""

HEAD = ("schema", "key", "status", "phase", "method", "n_samples", "elapsed")

_HEAD_BYTES = 1024


class StrangeFileError(ValueError):
    """Raised for a file that is no record; the message says why."""


class NewerRecordError(ValueError):
    """Raised for a record of a schema that this lagbench does not know yet."""


def failed(status: str) -> bool:
    """Whether a status is a failure."""
    return status not in ("ok", "declined")


def dump(record: Mapping[str, Any]) -> str:
    """Return the text of a record."""
    head = {name: record[name] for name in HEAD}
    rest = {name: value for name, value in record.items() if name not in HEAD}
    first, rest_text = (json.dumps(part, allow_nan=False) for part in (head, rest))
    return f"{first[:-1]},\n{rest_text[1:]}\n"


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


def load_head(path: Path) -> Record:
    """Return at least the entries of `HEAD`; reads two small parts of the file.

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
        whole = isinstance(head, dict) and set(HEAD) <= set(head)
        if whole and head["schema"] == SCHEMA and head["status"] in STATUSES:
            return dict(head)
    return load(path)


def upgrade(record: Any) -> Record:
    """Return a record of any past schema as one of the present; see `load`."""
    if not isinstance(record, dict) or not isinstance(record.get("schema"), int):
        raise StrangeFileError("no record (it has no schema version)")
    if record["schema"] > SCHEMA:
        raise NewerRecordError(f"schema {record['schema']} is newer than this lagbench")
    try:
        if record["schema"] == 1:
            record = _from_1(record)
        absent = [name for name in (*HEAD, "cell", "metrics") if name not in record]
    except (KeyError, TypeError, AttributeError) as error:
        raise StrangeFileError(f"no record (entry {error})") from None
    if absent or record["status"] not in STATUSES:
        raise StrangeFileError(f"no record (without {', '.join(absent) or 'a known status'})")
    upgraded: Record = record
    return upgraded


def _from_1(old: Record) -> Record:
    """Bring up a record whose cell stood in parts, and that had neither truth nor labels."""
    simulator, method = dict(old["simulator"]), dict(old["method"])
    kind, name = simulator.pop("kind"), method.pop("name")
    if kind == "structural":
        simulator.setdefault("coupling", 1.0)  # which was no parameter
    cell = canonical(
        {
            "schema": SCHEMA,
            "simulator": {"kind": kind, "params": simulator},
            "n_samples": old["n_samples"],
            "seed": old["seed"],
            "protocol": {"regimes_known": old["regimes_known"]},
            "method": {"name": name, "params": method},
        }
    )
    cost = dict(old.get("cost", {}))
    cost.pop("peak_memory_mib", None)  # of the whole process, which does not compare
    if "seconds" in cost:
        cost["wall_seconds"] = cost.pop("seconds")
    return {
        "was": {"schema": 1, "key": old["key"]},
        "schema": SCHEMA,
        "key": content_key(cell),
        "status": old["status"],
        "phase": old["phase"],
        "method": name,
        "n_samples": old["n_samples"],
        "elapsed": cost.get("wall_seconds"),
        "reason": old["reason"],
        "traceback": old.get("traceback"),
        "cell": cell,
        "labels": {"simulator": kind, "axes": {}},
        "cost": cost,
        "data": None,
        "truth": None,
        "properties": old.get("properties", {}),
        "metrics": old["metrics"],
        "forecast_error": old.get("forecast_error"),
        "made_by": {
            "code": {"version": old["versions"]["lagbench"], "commit": None, "dirty": None},
            "versions": old["versions"],
            "host": old["host"],
        },
    }


def digest(*parts: bytes | memoryview) -> str:
    """Return the first 16 hex digits of the SHA-256 of some bytes."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part)
    return sha.hexdigest()[:16]
