"""Turning a composed config node into a checked object, with one clear line when it is wrong."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import pydantic
from annotated_types import MinLen

T = TypeVar("T")


def build(cls: type[T], params: Mapping[str, Any], key: str) -> T:
    """Return `cls(**params)` after checking every parameter against its annotation.

    Parameters
    ----------
    cls
        A class whose constructor takes annotated keyword parameters; ranges are written as
        `Annotated[int, Ge(1)]`.
    params
        Plain values, as composed.
    key
        Where the node stands in the config, for the error.

    Raises
    ------
    ValueError
        Names the key, what is allowed there and what was found.
    """
    hints, model = _model(cls)  # type: ignore[arg-type]
    try:
        checked = model(**params)
    except pydantic.ValidationError as error:
        raise ValueError(_explain(error, hints, key)) from None
    return cls(**{name: getattr(checked, name) for name in model.model_fields})


@functools.cache  # a grid builds one class thousands of times
def _model(cls: type) -> tuple[dict[str, Any], type[pydantic.BaseModel]]:
    """Return the annotations of a constructor and a model that checks its arguments."""
    # A dataclass may inherit fields whose annotations only the module of its base can read.
    source: Any = cls if dataclasses.is_dataclass(cls) else cls.__init__  # type: ignore[misc]
    parameters = inspect.signature(cls).parameters
    known = get_type_hints(source, include_extras=True)
    hints = {name: known.get(name, Any) for name in parameters}
    fields: dict[str, Any] = {
        name: (hints[name], ... if p.default is inspect.Parameter.empty else p.default)
        for name, p in parameters.items()
    }
    model = pydantic.create_model(
        cls.__name__,
        __config__=pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True),
        **fields,
    )
    return hints, model


def _explain(error: pydantic.ValidationError, hints: dict[str, Any], key: str) -> str:
    """Return one line for the first error.

    Its location may end in an index or in the name of a union's member; the key is what comes
    before those.
    """
    first = error.errors(include_url=False)[0]
    path: list[str] = []
    annotation: Any = None
    for part in first["loc"]:
        if part not in hints:
            break
        annotation = hints[str(part)]
        hints = _fields(annotation)
        path.append(str(part))
    where = ".".join([key, *path] if key else path)
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        known = ", ".join(hints)
        return f"{where or 'config'}: expected keys among {known}, found {first['loc'][-1]!r}"
    if first["type"] == "missing":
        return f"{where}: expected a value, found none"
    if first["type"] == "value_error":
        return f"{where}: {first['msg'].removeprefix('Value error, ')}"
    return f"{where}: expected {describe(annotation)}, found {first['input']!r}"


def _fields(annotation: Any) -> dict[str, Any]:
    """Return the annotated fields of the dataclass in an annotation, if there is one."""
    for option in (annotation, *get_args(annotation)):
        if dataclasses.is_dataclass(option) and isinstance(option, type):
            return get_type_hints(option, include_extras=True)
    return {}


def describe(annotation: Any) -> str:
    """Say in words what an annotation allows, ranges included.

    >>> from annotated_types import Ge
    >>> describe(Annotated[int, Ge(1)])
    'int >= 1'
    """
    origin, options = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        limits = " and ".join(filter(None, map(_limits, options[1:])))
        return f"{describe(options[0])} {limits}".strip()
    if annotation is type(None):
        return "null"
    if origin is None:
        return getattr(annotation, "__name__", str(annotation))
    if origin is tuple or origin is list:
        inner = ", ".join(describe(option) for option in options if option is not Ellipsis)
        return f"[{inner}{', ...' if Ellipsis in options else ''}]"
    if origin is dict:
        return "a mapping"
    if all(not isinstance(option, type) and isinstance(option, str) for option in options):
        return "one of " + ", ".join(map(str, options))
    return " or ".join(describe(option) for option in options)


def _limits(constraint: Any) -> str:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    found = [(sign, getattr(constraint, name, None)) for name, sign in signs.items()]
    words = [f"{sign} {value:g}" for sign, value in found if value is not None]
    if isinstance(constraint, MinLen):
        words.append(f"with at least {constraint.min_length} entry")
    if getattr(constraint, "pattern", None):
        words.append(f"like {constraint.pattern}")
    return " and ".join(words)
