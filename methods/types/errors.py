"""The error for input that cannot be used, and the nearest known name for its message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Raised for input that cannot be used.

    The message is one line for a person. It says where the input is wrong, what was expected and
    what was found. It also says what to do, unless that is plain. Any other ValueError is a fault
    of the program.
    """


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` with the nearest known name, or nothing.

    >>> did_you_mean("smok", ["smoke", "paper"])
    "; did you mean 'smoke'?"
    """
    near = difflib.get_close_matches(name, [*known], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
