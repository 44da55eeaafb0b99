"""What the fork server loads and does once, so that no worker has to.

Importing this module is meant for the fork server alone: it ties the life of its process to
that of the runner, and with it, through `bench.processes.isolate`, the lives of all workers.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os

import methods.formats  # noqa: F401
from bench import worker
from bench.cells import Cell
from bench.processes import die_with_parent
from bench.sandbox import PRELOAD

die_with_parent()
for name in filter(None, os.environ[PRELOAD].split(",")):
    # What cannot be imported fails in its own cells, where the reason is recorded.
    with contextlib.suppress(Exception):
        importlib.import_module(name)
# Much is loaded or built at its first use (compiled steps, checks of parameters, metrics): half a
# second in all, which one small cell spares every other.
worker.run(
    Cell(
        simulator="warm-up",
        method="random",
        kind="structural",
        simulator_params={},
        method_params={},
        n_samples=100,
        seed=0,
        regimes_known=False,
    )
)
gc.freeze()  # a collection in a worker would otherwise copy every page it looks at
