"""The results of one named run on disk.

    <root>/cells/ab/<key>.json   the record of a cell whose key begins with ab
    <root>/cells/ab/<key>.npz    the graph that the method returned
    <root>/cells/ab/<key>.log    what the method printed, if anything
    <root>/truths/<digest>.npz   the truth of a system, shared by all methods
    <root>/commands/<digest>.json  the cells of each command, see `bench.store.commands`
    <root>/locks/<key>           what is being run, see `bench.store.locks`
    <root>/set_aside/            files found under cells/ that are no records

Everything is written to a draft and renamed. A record comes after what it refers to, so its
presence means that the cell is complete.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bench.store.atomic import flush_folder, replacing, write_text
from bench.store.record import digest, dump, load, load_head
from bench.store.schema import Head, NewerRecordError, Record, StrangeFileError
from methods import LaggedGraph
from methods.types.errors import InputError

Signature = tuple[int, int]


@dataclass(frozen=True)
class Entry:
    """A record at hand.

    Parameters
    ----------
    path
        Its file.
    head
        Its first entries.
    signature
        Inode and time of change: another one means that the cell has been run again.
    """

    path: Path
    head: Head
    signature: Signature

    @property
    def status(self) -> str:
        """One of `bench.config.cell.STATUSES`."""
        return self.head.status


@dataclass(frozen=True)
class Scan:
    """What a store holds.

    Parameters
    ----------
    entries
        Records by key.
    strange
        Files that are no records, with the reason.
    newer
        Records of a newer lagbench, which are left alone.
    unreadable
        Files that the system would not read, with the reason; left alone too.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    strange: dict[Path, str] = field(default_factory=dict)
    newer: list[Path] = field(default_factory=list)
    unreadable: dict[Path, str] = field(default_factory=dict)

    def read(self, key: str) -> Record | None:
        """Return the record of a key, or None where there is none."""
        return load(self.entries[key].path) if key in self.entries else None


@dataclass(frozen=True)
class Store:
    """The results of one named run, in the folder `root`."""

    root: Path

    @classmethod
    def of(cls, results_dir: str, name: str) -> Self:
        """Return the store of a run, whether it has been begun or not."""
        return cls(Path(results_dir) / name)

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Return the store in a folder; ValueError if there is none."""
        root = Path(folder)
        if not (root / "cells").is_dir():
            beside = sorted(path.parent.name for path in root.parent.glob("*/cells"))
            known = f"; beside it are {', '.join(beside)}" if beside else ""
            kept = " (only what a run has written from its cells)" if root.is_dir() else ""
            raise InputError(
                "folder: expected the folder of a run, with cells/ or an exported long.parquet "
                f"in it, found {folder}{kept}{known}"
            )
        return cls(root)

    def path(self, key: str, suffix: str = ".json") -> Path:
        """Return where the record (or, by suffix, the graph or the log) of a key lives."""
        return self.root / "cells" / key[:2] / f"{key}{suffix}"

    def scan(self) -> Scan:
        """Return all records; those of older schemas stand under the key they would have now."""
        found = Scan()
        for path in self._files():
            try:
                signature = _signature(path)  # first: a record replaced since is another one
                head = load_head(path)
            except FileNotFoundError:
                continue  # set aside by another runner since it was listed
            except NewerRecordError:
                found.newer.append(path)
                continue
            except StrangeFileError as error:
                found.strange[path] = str(error)
                continue
            except OSError as error:
                found.unreadable[path] = str(error)
                continue
            key = head.key
            if path.stem != (head.was or head).key:
                found.strange[path] = f"{path}: the record of {key} under another name"
            elif path.stem == key or key not in found.entries:
                found.entries[key] = Entry(path, head, signature)
        return found

    def _files(self) -> Iterator[Path]:
        """Yield every JSON file under `cells`, drafts excluded."""
        cells = self.root / "cells"
        folders = sorted(cells.iterdir()) if cells.is_dir() else []
        for folder in folders:
            if folder.is_dir():
                with os.scandir(folder) as listed:
                    names = [item.name for item in listed if item.name.endswith(".json")]
                yield from (folder / name for name in names if not name.startswith("."))

    def read(self, key: str) -> Record | None:
        """Return the record of a key, or None where there is none."""
        try:
            return load(self.path(key))
        except FileNotFoundError:
            return None

    def signature(self, key: str) -> Signature | None:
        """Return the signature of the record of a key, or None where there is none."""
        try:
            return _signature(self.path(key))
        except FileNotFoundError:
            return None

    def write(self, record: Record, graph: LaggedGraph | None = None) -> None:
        """Write a record and its graph."""
        path = self.path(record.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        if graph is not None:
            with replacing(self.path(record.key, ".npz")) as draft:
                graph.to_npz(draft)
        write_text(path, dump(record))
        if graph is None and record.status != "ok":
            self.path(record.key, ".npz").unlink(missing_ok=True)  # of an earlier run
        flush_folder(path.parent)

    def pack(self) -> dict[str, bytes]:
        """Return the content of every file by its path below the root, to send it elsewhere."""
        paths = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path.relative_to(self.root)): path.read_bytes() for path in paths}

    def unpack(self, key: str, files: Mapping[str, bytes]) -> None:
        """Write what `pack` returned for the cell of a key, its record last."""
        record = self.path(key)
        record.parent.mkdir(parents=True, exist_ok=True)
        self.clear_drafts(key)
        for suffix in (".npz", ".log"):  # of an earlier run
            if str(self.path(key, suffix).relative_to(self.root)) not in files:
                self.path(key, suffix).unlink(missing_ok=True)
        for name in sorted(files, key=lambda name: name.endswith(".json")):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path, record.with_suffix(f".{path.name}")) as draft:
                draft.write_bytes(files[name])
            flush_folder(path.parent)

    def write_truth(self, truth: LaggedGraph, key: str) -> str:
        """Write a truth unless it is there, and return its digest.

        A system has one, or one per length of its series where it has regimes to be labelled.
        The draft is that of a cell, by its key, so that `clear_drafts` finds it.
        """
        folder = self.root / "truths"
        folder.mkdir(parents=True, exist_ok=True)
        name = graph_digest(truth)
        path = folder / f"{name}.npz"
        if not path.exists():
            draft_of = self.path(key, ".truth.npz")
            draft_of.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path, draft_of) as draft:
                truth.to_npz(draft)
            flush_folder(folder)
        return name

    def read_graph(self, entry: Entry) -> LaggedGraph:
        """Return the graph that belongs to a record."""
        return LaggedGraph.from_npz(entry.path.with_suffix(".npz"))

    def read_truth(self, name: str) -> LaggedGraph:
        """Return a truth by its digest."""
        return LaggedGraph.from_npz(self.root / "truths" / f"{name}.npz")

    def graphs(self, key: str) -> tuple[LaggedGraph, LaggedGraph] | None:
        """Return the graph of a record and its truth, or None where one cannot be read."""
        record = self.read(key)
        if record is None or record.status != "ok" or record.truth is None:
            return None
        try:
            graph = LaggedGraph.from_npz(self.path(key, ".npz"))
            return graph, self.read_truth(record.truth)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def set_aside(self, path: Path) -> Path | None:
        """Move a file that is no record out of the way and return where to.

        Returns None if there is a record by now: another runner has moved the file and run the
        cell since it was found.
        """
        if path.stem == self._key_in(path):
            return None
        folder = self.root / "set_aside"
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / path.name
        while target.exists():
            target = target.with_name(f"_{target.name}")
        return path.replace(target)

    @staticmethod
    def _key_in(path: Path) -> str | None:
        try:
            return load_head(path).key
        except ValueError:
            return None

    def clear_drafts(self, key: str) -> None:
        """Remove what a killed writer of this cell left; only for the holder of its lock."""
        for draft in self.path(key).parent.glob(f".*.{key}.*"):
            draft.unlink(missing_ok=True)


def graph_digest(graph: LaggedGraph) -> str:
    """Return a hash of the names, scores, adjacency and labels of a graph and of its regimes."""
    parts = [repr(graph.names).encode()]
    for label, part in [(-1, graph), *graph.per_regime.items()]:
        adjacency = b"" if part.adjacency is None else part.adjacency.tobytes()
        parts += [repr((label, part.scores.shape)).encode(), part.scores.tobytes(), adjacency]
    for labels in graph.regimes or ():
        parts += [repr(labels.shape).encode(), labels.tobytes()]
    return digest(*parts)


def _signature(path: Path) -> Signature:
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns
