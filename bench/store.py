"""Records on disk: one JSON file per cell, with the method's graph beside it as npz.

Both are written to a temporary name and renamed, so that a reader never meets half a file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods import LaggedGraph


@dataclass(frozen=True)
class Store:
    """The records of one named run, under `<root>/cells/<first two digits of the key>/`."""

    root: Path

    def path(self, key: str, suffix: str = ".json") -> Path:
        """Return where the record (or, by suffix, the graph or the log) of a key lives."""
        return self.root / "cells" / key[:2] / f"{key}{suffix}"

    def read(self, key: str) -> dict[str, Any] | None:
        """Return the record of a key, or None where there is none."""
        path = self.path(key)
        if not path.exists():
            return None
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return record

    def done(self, key: str) -> bool:
        """Whether a key has a record that need not be computed again (ok or declined)."""
        record = self.read(key)
        return record is not None and record["status"] in ("ok", "declined")

    def write(self, key: str, record: Mapping[str, Any], graph: LaggedGraph | None = None) -> None:
        """Write a record and its graph; the record comes last, so its presence means complete."""
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        if graph is not None:
            draft = self.path(key, f".{os.getpid()}.npz.tmp")
            graph.to_npz(draft)
            draft.replace(self.path(key, ".npz"))
        draft = self.path(key, f".{os.getpid()}.json.tmp")
        text = json.dumps(record, indent=1, sort_keys=True, allow_nan=False)
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.path(key))
