"""Methods that fail in every way a run can fail, for the runner's tests."""

import contextlib
import ctypes
import fcntl
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from methods import DeclinedError, Handles, LaggedGraph, Method

SCRATCH = Path("scratch")
"""Where methods leave notes: a method makes no file beside the store, so not in its own folder."""


def _note(pid):
    with (SCRATCH / "children").open("a") as file:
        file.write(f"{pid}\n")


def _line_of(name, text):
    """Append a line to a file and return how many were there before it."""
    with (SCRATCH / name).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = len(_lines(name))
        file.write(f"{text}\n")
        file.flush()
    return before


def _lines(name):
    return (SCRATCH / name).read_text().splitlines()


def _wait_until(condition):
    while not condition():
        time.sleep(0.01)


class _Base(Method):
    handles = Handles(trivial=True)


class Works(_Base):
    def discover(self, series, *, max_lag, rng):
        print("a line for the log")
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(rng.random(shape), series.names)


class Slow(_Base):
    """Works, and takes a fifth of a second over it."""

    def discover(self, series, *, max_lag, rng):
        time.sleep(0.2)
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class StopsAfterEight(_Base):
    """Works eight times in one folder, and then only once there is a file `go`."""

    def discover(self, series, *, max_lag, rng):
        if _line_of("begun", str(os.getpid())) >= 8:
            _wait_until((SCRATCH / "go").exists)
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class Raises(_Base):
    def discover(self, series, *, max_lag, rng):
        raise RuntimeError("no luck")


class Quits(_Base):
    def discover(self, series, *, max_lag, rng):
        sys.exit("had enough")


class Declines(_Base):
    def discover(self, series, *, max_lag, rng):
        raise DeclinedError("too long for me")


class Hangs(_Base):
    def discover(self, series, *, max_lag, rng):
        time.sleep(3600)


class HangsInC(_Base):
    """Holds the interpreter's lock and ignores signals, as a loop in C code does."""

    def discover(self, series, *, max_lag, rng):
        mask = ctypes.create_string_buffer(b"\xff" * 128)
        ctypes.CDLL(None).sigprocmask(0, mask, None)
        while True:
            ctypes.PyDLL(None).sleep(3600)


class HangsWithChildren(_Base):
    """Hangs with a child in its session and one that has left it; both note their ids."""

    def discover(self, series, *, max_lag, rng):
        for new_session in (False, True):
            child = subprocess.Popen(["sleep", "3600"], start_new_session=new_session)
            _note(child.pid)
        time.sleep(3600)


class LeavesAChild(_Base):
    """Works, but leaves a process behind."""

    def discover(self, series, *, max_lag, rng):
        child = subprocess.Popen(["sleep", "3600"])
        _note(child.pid)
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class Allocates(_Base):
    def discover(self, series, *, max_lag, rng):
        kept = []
        while True:
            kept.append(np.ones(2**20))


class AllocatesInAChild(_Base):
    def discover(self, series, *, max_lag, rng):
        code = "x = []\nwhile True: x.append(bytearray(2**20))"
        subprocess.run([sys.executable, "-c", code], check=True)


class AsksForTooMuch(_Base):
    def discover(self, series, *, max_lag, rng):
        return np.ones(2**50)


class Exits(_Base):
    def discover(self, series, *, max_lag, rng):
        os._exit(137)


class ExitsAsIfDone(_Base):
    def discover(self, series, *, max_lag, rng):
        os._exit(0)


class Segfaults(_Base):
    def discover(self, series, *, max_lag, rng):
        ctypes.string_at(0)


class IsKilled(_Base):
    def discover(self, series, *, max_lag, rng):
        os.kill(os.getpid(), 9)


class Floods(_Base):
    """Works, after printing 100 MB by Python and through the descriptor."""

    def discover(self, series, *, max_lag, rng):
        for _ in range(500):
            print("x" * 100_000)
            os.write(1, b"y" * 100_000)
        sys.stdout.flush()
        time.sleep(0.5)
        print("the last line")
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class WrongShape(_Base):
    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(np.zeros((1, 1, 2)), ("a",))


class OnlyNaN(_Base):
    def discover(self, series, *, max_lag, rng):
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, np.nan), series.names)


class Infinite(_Base):
    def discover(self, series, *, max_lag, rng):
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, np.inf), series.names)


class ReturnsNothing(_Base):
    def discover(self, series, *, max_lag, rng):
        return None


class NeedsWhatIsNotThere(_Base):
    """Names a library whose import fails with something else than ImportError."""

    libraries = ("broken_library",)

    def discover(self, series, *, max_lag, rng):
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class LoadsLong(_Base):
    """Works, once its library has taken two seconds to load."""

    libraries = ("slow_library",)

    def discover(self, series, *, max_lag, rng):
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class SeesTheTruth(_Base):
    """Looks for regime labels, which only a run with `regimes=told` may give it."""

    def discover(self, series, *, max_lag, rng):
        score = 0.0 if series.regimes is None else 1.0
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, score), series.names)


class ChangesFolder(_Base):
    """Works, from a folder that is gone when it returns."""

    def discover(self, series, *, max_lag, rng):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class ClosesItsOutput(_Base):
    """Works, with its prints silenced in the usual way."""

    def discover(self, series, *, max_lag, rng):
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
        graph = Works.discover(self, series, max_lag=max_lag, rng=rng)
        sys.stdout.close()
        return graph


class LeaksDescriptors(_Base):
    def discover(self, series, *, max_lag, rng):
        with contextlib.suppress(OSError):
            while True:
                os.open(os.devnull, os.O_RDONLY)
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class LeavesADaemon(_Base):
    """Works, but leaves a process in a session of its own, whose parent has ended."""

    def discover(self, series, *, max_lag, rng):
        if (middle := os.fork()) == 0:
            child = subprocess.Popen(["sleep", "3600"], start_new_session=True)
            _note(child.pid)
            os._exit(0)
        os.waitpid(middle, 0)
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class IsSignalled(_Base):
    """Ends by a signal that has no name."""

    def discover(self, series, *, max_lag, rng):
        os.kill(os.getpid(), 40)
        time.sleep(3600)


class OddError(_Base):
    """Raises what is no Exception and cannot be printed."""

    def discover(self, series, *, max_lag, rng):
        class Odd(BaseException):
            def __str__(self):
                raise RuntimeError

        raise Odd


class SinglePrecision(_Base):
    """Works, with a forecast error that is a numpy number."""

    def discover(self, series, *, max_lag, rng):
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(
            rng.random(shape), series.names, forecast_error=np.float32(0.5)
        )


class Notes(_Base):
    """Works, and notes which fork server, and so which runner, has called for which series."""

    libraries = ("which_server",)

    def discover(self, series, *, max_lag, rng):
        import which_server

        _line_of("notes", f"{which_server.PID}/{float(series.segments[0].sum())!r}")
        return Works.discover(self, series, max_lag=max_lag, rng=rng)


class Meets(Notes):
    """As `Notes`, and returns only once two runners have called it."""

    def discover(self, series, *, max_lag, rng):
        graph = Notes.discover(self, series, max_lag=max_lag, rng=rng)
        _wait_until(lambda: len({line.partition("/")[0] for line in _lines("notes")}) > 1)
        return graph
