"""What the fork server loads and does once, so that no worker has to.

Importing this module is meant for the fork server alone: it ties the life of its process to
that of the runner, and with it, through `bench.processes.isolate`, the lives of all workers.
"""

from __future__ import annotations

import contextlib
import importlib
import os

import sklearn.metrics  # noqa: F401 - scoring

import bench.scoring
import bench.worker  # noqa: F401
import simulators
from bench.processes import die_with_parent
from bench.sandbox import PRELOAD

die_with_parent()
for name in filter(None, os.environ[PRELOAD].split(",")):
    # What cannot be imported fails in its own cells, where the reason is recorded.
    with contextlib.suppress(Exception):
        importlib.import_module(name)
# Compiled steps are read from numba's cache at their first use, a quarter of a second.
simulators.load("structural")().draw(seed=0).generate(100)
