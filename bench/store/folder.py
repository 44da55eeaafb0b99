"""The folder argument of the commands that read a store."""

from __future__ import annotations

from pathlib import Path

from bench.store.store import Store


def store_in(folder: str) -> Store:
    """Return the store in a folder; ValueError if there is none."""
    root = Path(folder)
    if not (root / "cells").is_dir():
        beside = sorted(path.parent.name for path in root.parent.glob("*/cells"))
        known = f"; beside it are {', '.join(beside)}" if beside else ""
        raise ValueError(
            f"folder: expected the folder of a run, with cells/ in it, found {folder}{known}"
        )
    return Store(root)
