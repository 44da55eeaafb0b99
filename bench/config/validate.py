"""Turning a composed config node into a checked object, with one clear line when it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from methods.types.parameters import ParameterError, Parameters

T = TypeVar("T", bound=Parameters)


def build(cls: type[T], params: Mapping[str, Any], key: str) -> T:
    """Return `cls(**params)`.

    Parameters
    ----------
    cls
        A class of parameters.
    params
        Plain values, as composed.
    key
        Where the node stands in the config, for the error.

    Raises
    ------
    ParameterError
        Names the key, what is allowed there and what was found.
    """
    try:
        return cls(**params)
    except ParameterError as error:
        raise error.under(key) from None
