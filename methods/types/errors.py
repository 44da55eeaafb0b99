"""The error for input that cannot be used."""

from __future__ import annotations


class InputError(ValueError):
    """Raised for input that cannot be used.

    The message is one line for a person. It says where the input is wrong, what was expected and
    what was found. It also says what to do, unless that is plain. Any other ValueError is a fault
    of the program.
    """
