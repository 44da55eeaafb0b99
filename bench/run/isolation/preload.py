"""What the fork server does before it serves; imported there and nowhere else.

Much is loaded or built at its first use (compiled steps, checks of parameters): half a second in
all, which one small cell spares every other.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import sys

from bench.run.isolation.process_tree import die_with_parent

_LIMIT = 300  # seconds for all libraries together

# Its children hold the pipe by which it could tell that the runner has ended.
die_with_parent()
# In a session of its own, so that a Ctrl-C is the runner's to handle.
os.setsid()
# What libraries print when they are imported is nobody's output.
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

_asked = json.loads(os.environ["LAGBENCH_PRELOAD"])
sys.path[:] = _asked["path"]
signal.alarm(_LIMIT)
for _name in _asked["libraries"]:
    # What cannot be imported fails in its own cells, where the reason is recorded.
    with contextlib.suppress(Exception):
        importlib.import_module(_name)
signal.alarm(0)

from bench.config.cell import Cell  # noqa: E402 - after the import path is set
from bench.run.cell import run  # noqa: E402

run(Cell("warm-up", "random", "structural", {}, {}, 100, 0, "own"))
gc.freeze()  # a collection in a child would otherwise copy every page it looks at
