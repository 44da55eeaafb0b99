"""One thread per process, set before numpy loads.

Two workers with two threads each on two cores are several times slower than with one each, and
a fixed thread count is what makes the same config give the same bytes.
"""

import os

VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def pin() -> None:
    """Set every thread-count variable to 1 for this process and its children."""
    for name in VARIABLES:
        os.environ[name] = "1"
