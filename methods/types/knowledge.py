"""Background knowledge: links that are forbidden, links that are required, and tiers.

A link is written `rain -> soil@2`, with its lag behind the @. Without a lag it stands for every
lag. A knowledge file is YAML of this form, in which everything may be left out:

    forbidden: ["river -> rain", "soil -> soil@3"]
    required: ["rain -> soil@1"]
    tiers: [[rain], [soil, river]]

Nothing in a later tier acts on anything in an earlier one, at any lag. A variable in no tier is
free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from methods.types.arrays import BoolArray
from methods.types.errors import InputError, did_you_mean

TAKERS = ("fci", "lpcmci", "pc", "pcmci", "pcmciplus", "var")
"""The registered methods that take knowledge; `Handles.knowledge` says so of each."""

_LINK = re.compile(r"\s*(?P<cause>.+?)\s*->\s*(?P<effect>.+?)\s*(@\s*(?P<lag>\d+)\s*)?")
_ENTRIES = ("forbidden", "required", "tiers")


class Link(NamedTuple):
    """An effect of one variable on another, at a lag in steps or, if that is None, at all."""

    cause: str
    effect: str
    lag: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `cause -> effect` or `cause -> effect@lag`."""
        found = _LINK.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise InputError(f"link: expected CAUSE->EFFECT or CAUSE->EFFECT@LAG, found {text!r}")
        lag = found["lag"]
        return cls(found["cause"], found["effect"], None if lag is None else int(lag))

    def __str__(self) -> str:
        return f"{self.cause}->{self.effect}" + ("" if self.lag is None else f"@{self.lag}")


class Constraints(NamedTuple):
    """Where links are forbidden and where they are required, bool `[cause, effect, lag]`."""

    forbidden: BoolArray
    required: BoolArray


@dataclass(frozen=True)
class Knowledge:
    """What is known of a graph beforehand.

    Parameters
    ----------
    forbidden
        Links that do not exist.
    required
        Links that exist; each has a lag.
    tiers
        Names of variables, in tiers from the first to the last.

    Raises
    ------
    InputError
        If a required link has no lag.
    """

    forbidden: tuple[Link, ...] = ()
    required: tuple[Link, ...] = ()
    tiers: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for link in self.required:
            if link.lag is None:
                raise InputError(
                    f"required: expected a lag, as {link}@1, found {link}; a method cannot take a "
                    "link at some lag that nobody knows"
                )

    @classmethod
    def of(cls, given: Self | Mapping[str, Any]) -> Self:
        """Return knowledge as it is, or from a mapping of the form of a file."""
        if isinstance(given, cls):
            return given
        if not isinstance(given, Mapping):
            raise InputError(
                f"knowledge: expected a mapping with {', '.join(_ENTRIES)}, found {given!r}"
            )
        for key in given:
            if key not in _ENTRIES:
                raise InputError(
                    f"knowledge: expected entries among {', '.join(_ENTRIES)}, found {key!r}"
                    f"{did_you_mean(str(key), _ENTRIES)}"
                )
        entries = {key: _listed(key, given.get(key)) for key in _ENTRIES}
        return cls(
            tuple(map(Link.parse, entries["forbidden"])),
            tuple(map(Link.parse, entries["required"])),
            tuple(tuple(map(str, _listed("tiers", tier))) for tier in entries["tiers"]),
        )

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a knowledge file."""
        import yaml

        if not Path(path).is_file():
            raise InputError(f"knowledge: expected a YAML file, found none at {path}")
        try:
            return cls.of(yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {})
        except yaml.YAMLError as error:
            raise InputError(
                f"knowledge: {path} is no YAML ({error})".replace("\n", " ")
            ) from None

    @classmethod
    def from_link_assumptions(
        cls,
        assumptions: Mapping[int, Mapping[tuple[int, int], str]],
        names: Sequence[str],
        max_lag: int,
    ) -> Self:
        """Read tigramite's `link_assumptions[effect][(cause, -lag)]`, where others are absent.

        `-->` is required, `-?>` and `o?o` are allowed. At lag 0 `-?>` forbids the other direction.
        The other marks claim a link without its direction, which knowledge here does not hold.
        """
        shape = (len(names), len(names), max_lag + 1)
        allowed, required = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        for effect, links in assumptions.items():
            for (cause, lag), mark in links.items():
                if mark not in ("-->", "-?>", "o?o", "o?>", "<--", "<?-", ""):
                    raise InputError(
                        "link_assumptions: expected -->, -?>, o?o, o?>, <-- or <?-, found "
                        f"{mark!r} at [{effect}][{(cause, lag)}]"
                    )
                if mark in ("-->", "-?>", "o?o", "o?>"):
                    allowed[cause, effect, -lag] = True
                    allowed[effect, cause, 0] |= mark == "o?o" and lag == 0
                required[cause, effect, -lag] |= mark == "-->"
                if mark in ("<--", "<?-"):  # the mirror image at lag 0
                    allowed[effect, cause, 0] = True
                    required[effect, cause, 0] |= mark == "<--"
        allowed[:, :, 0] |= np.eye(len(names), dtype=bool)
        return cls(_links(~allowed, names), _links(required, names))

    def over(self, names: Sequence[str], max_lag: int) -> Constraints:
        """Return the constraints on a graph over these variables and lags `0..max_lag`.

        Raises
        ------
        InputError
            If a variable is unknown, a lag is larger than `max_lag`, or the knowledge contradicts
            itself.
        """
        index = {name: i for i, name in enumerate(names)}
        shape = (len(names), len(names), max_lag + 1)
        forbidden, required = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        for array, links in ((forbidden, self.forbidden), (required, self.required)):
            for link in links:
                array[_place(link, index, max_lag)] = True
        tier = np.full(len(names), np.nan)
        for place, members in enumerate(self.tiers):
            tier[[_known(name, index) for name in members]] = place
        forbidden |= (tier[:, None] > tier)[:, :, None]
        _check(forbidden, required, names)
        return Constraints(forbidden, required)


def _listed(key: str, given: Any) -> Sequence[Any]:
    if given is None:
        return ()
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise InputError(f"{key}: expected a list, found {given!r}")
    return given


def _links(where: BoolArray, names: Sequence[str]) -> tuple[Link, ...]:
    return tuple(Link(names[i], names[j], lag) for i, j, lag in np.argwhere(where).tolist())


def _place(link: Link, index: Mapping[str, int], max_lag: int) -> tuple[int, int, Any]:
    i, j = _known(link.cause, index), _known(link.effect, index)
    if link.lag is None:
        return i, j, slice(None)
    if link.lag > max_lag:
        raise InputError(f"{link}: expected a lag of at most max_lag {max_lag}, found {link.lag}")
    return i, j, link.lag


def _known(name: str, index: Mapping[str, int]) -> int:
    if name not in index:
        raise InputError(
            f"knowledge: expected variables among {', '.join(index)}, found {name!r}"
            f"{did_you_mean(name, index)}"
        )
    return index[name]


def _check(forbidden: BoolArray, required: BoolArray, names: Sequence[str]) -> None:
    now = required[:, :, 0]
    reach = now.copy()
    for _ in names:  # every path, for cycles at lag 0
        reach |= (reach.astype(int) @ now) > 0
    for i, j, lag in np.argwhere(required & forbidden).tolist():
        raise InputError(
            f"knowledge: {Link(names[i], names[j], lag)} is both required and forbidden"
        )
    for i in np.flatnonzero(np.diag(reach)).tolist():
        raise InputError(f"knowledge: the required links at lag 0 make a cycle through {names[i]}")
