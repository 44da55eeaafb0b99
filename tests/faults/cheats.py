"""Methods that look for the truth instead of finding it, and score 0 everywhere if they fail."""

import contextlib
import gc
import json
import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

import simulators
from bench.config.cell import Cell
from methods import Handles, LaggedGraph, Method

MASK = 0x5A5A5A5A5A5A5A5A
EFFECT_MASKED = 0x65D312EAA2A0EFBC
"""A parameter of the simulator as a float64, so written that no search for it finds itself."""


class _Cheat(Method):
    handles = Handles(trivial=True)

    def discover(self, series, *, max_lag, rng):
        shape = (series.n_vars, series.n_vars, max_lag + 1)
        for graph in self.truths():
            if graph.names == series.names and graph.scores.shape == shape:
                return LaggedGraph(np.nan_to_num(graph.scores), graph.names)
        lagged = np.zeros((*shape[:2], max_lag))
        return LaggedGraph.from_lags(lagged, series.names)


class WalksFrames(_Cheat):
    """Looks at the variables of its callers, and at every object that is alive."""

    def truths(self):
        for found in self.objects():
            if isinstance(found, LaggedGraph) and found.adjacency is not None:
                yield found
            elif str(type(found).__module__).startswith("simulators."):
                truth = getattr(found, "truth", None)
                yield from [truth] if isinstance(truth, LaggedGraph) else []
            elif isinstance(found, Cell):
                yield found.build_simulator().draw(found.seed).truth

    @staticmethod
    def objects():
        frame = sys._getframe()
        while frame is not None:
            yield from list(frame.f_locals.values())
            frame = frame.f_back
        gc.unfreeze()
        yield from gc.get_objects()


class SearchesFiles(_Cheat):
    """Reads truths, and the seeds of commands, wherever it finds a store."""

    def truths(self):
        log = Path("/proc/self/fd/1").readlink()
        for root in (Path.cwd(), *list(log.parents)[:4]):
            with contextlib.suppress(OSError):
                yield from self.below(root)

    @staticmethod
    def below(root):
        for path in root.glob("**/truths/*.npz"):
            yield LaggedGraph.from_npz(path)
        for path in root.glob("**/commands/*.json"):
            command = json.loads(path.read_text())
            _, kind, params, *_ = command["simulators"][0]
            seed = command["cells"][0][3]
            yield simulators.load(kind)(**params).draw(seed).truth


class OpensFiles(_Cheat):
    """Opens files of the store without listing any folder: their names can be computed."""

    def truths(self):
        for name in Path("hints").read_text().split():
            with contextlib.suppress(OSError):
                yield LaggedGraph.from_npz(name)


class LooksIntoProcesses(_Cheat):
    """Raises if it can read the memory, environment or command line of another process."""

    def truths(self):
        with contextlib.suppress(OSError):
            others = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]  # noqa: PTH208
            raise RuntimeError(f"{len(others)} processes are listed")
        for pid in {os.getppid(), *range(max(1, os.getpid() - 500), os.getpid())}:
            for name in ("mem", "environ", "cmdline"):
                with contextlib.suppress(OSError), open(f"/proc/{pid}/{name}", "rb") as file:  # noqa: PTH123
                    raise RuntimeError(f"{file.name} can be opened")
        return []


class SearchesMemory(_Cheat):
    """Raises if its own memory, freed or not, has the seed or a parameter of the system."""

    def truths(self):
        found = list(self.traces())
        if found:
            raise RuntimeError(f"found {found}")
        return []

    @staticmethod
    def traces():
        # As text, and as the one digit of a Python integer; it stands nowhere in this file.
        seed = re.compile(rb"91827364[7]|[\x01\x08]\0{7}\x6f\xbe[\xbb]\x36")
        with open("/proc/self/maps") as file:  # noqa: PTH123
            lines = [line.split() for line in file]
        memory = os.open("/proc/self/mem", os.O_RDONLY)
        for where, rights, *_ in lines:
            start, end = (int(part, 16) for part in where.split("-"))
            if not rights.startswith("rw") or end - start > 2**28:
                continue
            with contextlib.suppress(OSError):
                data = os.pread(memory, end - start, start)
                if (np.frombuffer(data, np.uint64) ^ np.uint64(MASK) == EFFECT_MASKED).any():
                    yield "the parameter"
                if seed.search(data):
                    yield "the seed"
        os.close(memory)


class WritesWhereItMay(_Cheat):
    """Raises unless it can write where it may, and nowhere else."""

    def truths(self):
        np.save("scratch/note.npy", [1])
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"for a while")
        log = Path("/proc/self/fd/1").readlink()
        code = Path(simulators.__file__)
        for path in (Path("beside"), log.with_suffix(".json"), code, code.with_name("new.py")):
            with contextlib.suppress(PermissionError), path.open("a"):
                raise RuntimeError(f"{path} can be written to")
        return []
