"""Parameters that are checked against their annotations however they are built.

A class of parameters is a frozen keyword-only dataclass that inherits `Parameters`. A wrong value
is refused with one clear line. It does not matter whether Python, a config or
`dataclasses.replace` builds the object.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from abc import ABCMeta
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pydantic
from annotated_types import MinLen

from methods.types.errors import InputError, did_you_mean


class ParameterError(InputError):
    """Raised for a wrong parameter; names it with dots, and says what is allowed and was found."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.where, self.what = where, what

    def under(self, key: str) -> ParameterError:
        """Return the same error with a key before the parameter's dotted name."""
        return ParameterError(".".join(filter(None, [key, self.where])), self.what)


class Checked(ABCMeta):
    """The metaclass that checks the keyword arguments of a constructor."""

    def __call__(cls, *args: Any, **params: Any) -> Any:
        """Return an instance; raise ParameterError for the first parameter that is wrong."""
        return super().__call__(*args, **params if args else checked(cls, params))

    @property
    def __signature__(cls) -> inspect.Signature:
        """The signature of the constructor, for `help` and editors."""
        signature = inspect.signature(cls.__init__)  # type: ignore[misc]
        return signature.replace(parameters=[*signature.parameters.values()][1:])


class Parameters(metaclass=Checked):
    """Base of all classes of parameters."""

    # Read by pydantic where such a class is the type of a parameter.
    __pydantic_config__ = pydantic.ConfigDict(extra="forbid")


def checked(cls: type, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a constructor, converted to their types.

    Parameters
    ----------
    cls
        A class whose constructor takes annotated keyword parameters. Ranges are written as
        `Annotated[int, Ge(1)]`.
    params
        The values. Parameters that are not given keep their defaults and are not returned.

    Raises
    ------
    ParameterError
        Names the first parameter that is wrong.
    """
    hints, model = _model(cls)
    try:
        values = model(**params)
    except pydantic.ValidationError as error:
        raise _explained(error, hints) from None
    return {name: getattr(values, name) for name in params}


@functools.cache  # a grid builds one class thousands of times
def _model(cls: type) -> tuple[dict[str, Any], type[pydantic.BaseModel]]:
    """Return the annotations of a constructor and a model that checks its arguments."""
    # A dataclass may inherit fields whose annotations only the module of its base can resolve.
    source: Any = cls if dataclasses.is_dataclass(cls) else cls.__init__  # type: ignore[misc]
    known = get_type_hints(source, include_extras=True)
    open_ended = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    listed = inspect.signature(cls).parameters
    # A class without its own constructor has that of `object`, which takes anything.
    parameters = {name: p for name, p in listed.items() if p.kind not in open_ended}
    hints = {name: known.get(name, Any) for name in parameters}
    fields: dict[str, Any] = {
        name: (hints[name], ... if p.default is inspect.Parameter.empty else p.default)
        for name, p in parameters.items()
    }
    config = pydantic.ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    return hints, pydantic.create_model(cls.__name__, __config__=config, **fields)


def _explained(error: pydantic.ValidationError, hints: Mapping[str, Any]) -> ParameterError:
    """Return the first error as one line.

    The location of an error may end in an index or in the name of a union's member. The parameter
    is the part before those.
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
    where = ".".join(path)
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        found = str(first["loc"][-1])
        known = f"keys among {', '.join(hints)}" if hints else "no keys"
        hint = did_you_mean(found, hints)
        return ParameterError(where, f"expected {known}, found {found!r}{hint}")
    if first["type"] == "missing":
        return ParameterError(where, "expected a value, found none")
    if first["type"] == "value_error":
        return ParameterError(where, first["msg"].removeprefix("Value error, "))
    return ParameterError(where, f"expected {describe(annotation)}, found {first['input']!r}")


def _fields(annotation: Any) -> dict[str, Any]:
    """Return the annotated fields of the dataclass in an annotation, if there is one."""
    for option in (annotation, *get_args(annotation)):
        if dataclasses.is_dataclass(option) and isinstance(option, type):
            return get_type_hints(option, include_extras=True)
    return {}


def describe(annotation: Any) -> str:
    """Return in words the values that an annotation allows, ranges included.

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
