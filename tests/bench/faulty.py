"""Methods that fail in every way a run can fail, for the runner's tests."""

import os
import time

import numpy as np

from methods import DeclinedError, Handles, LaggedGraph, Method


class _Base(Method):
    handles = Handles(trivial=True)


class Works(_Base):
    def discover(self, series, *, max_lag, rng):
        print("a line for the log")
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(rng.random(shape), series.names)


class Raises(_Base):
    def discover(self, series, *, max_lag, rng):
        raise RuntimeError("no luck")


class Declines(_Base):
    def discover(self, series, *, max_lag, rng):
        raise DeclinedError("too long for me")


class Hangs(_Base):
    def discover(self, series, *, max_lag, rng):
        time.sleep(3600)


class Exits(_Base):
    def discover(self, series, *, max_lag, rng):
        os._exit(137)


class WrongShape(_Base):
    def discover(self, series, *, max_lag, rng):
        return LaggedGraph(np.zeros((1, 1, 2)), ("a",))


class OnlyNaN(_Base):
    def discover(self, series, *, max_lag, rng):
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, np.nan), series.names)


class SeesTheTruth(_Base):
    """Looks for regime labels, which only a run with `regimes_known` may give it."""

    def discover(self, series, *, max_lag, rng):
        score = 0.0 if series.regimes is None else 1.0
        shape = (series.n_vars, series.n_vars, max_lag)
        return LaggedGraph.from_lags(np.full(shape, score), series.names)
