"""Errors that say what is wrong with what was given, in one line."""

from __future__ import annotations


class InputError(ValueError):
    """Raised for input that cannot be used.

    The message is one line for a person: where it is, what was expected, what was found, and what
    to do where that is not plain. Any other ValueError is a fault of the program.
    """
