"""How much memory a call takes, measured from inside its process."""

from __future__ import annotations

import contextlib
import re
import resource
from pathlib import Path


class PeakMemory:
    """The resident memory that is added at its highest since this object was made.

    On Linux the kernel's high-water mark is set back first, so that what the process held
    before (the libraries loaded by the fork server, the data) does not count. Where that is not
    allowed, the mark of the whole life of the process stands in for it.
    """

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._before = _status_mib("VmRSS")

    def added_mib(self) -> float:
        """Return the memory added so far at its highest, in MiB."""
        return max(0.0, _status_mib("VmHWM") - self._before)


def _status_mib(field: str) -> float:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(re.findall(rf"{field}:\s+(\d+) kB", status)[0]) / 1024
    except (OSError, IndexError):
        # ru_maxrss counts KiB on Linux and most others.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
