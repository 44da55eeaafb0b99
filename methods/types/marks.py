"""Marks: what a method says about each end of a link.

A mark such as `o->` is read from the cause to the effect. Its first sign stands at the cause and
its last at the effect:

- a tail `-`: this variable is a cause of the other;
- an arrowhead, `<` or `>`: it is not;
- a circle `o`: the method cannot tell;
- a cross `x`: its rules, or its regimes, contradict each other.

So `-->` is an effect, `<->` a hidden common cause, `o->` one of the two, and `o-o` a link without
a direction. The signs are those of tigramite's string graph, and of partial ancestral graphs
(Richardson and Spirtes, Annals of Statistics 30, 2002, DOI 10.1214/aos/1031689015; Zhang,
Artificial Intelligence 172, 2008, DOI 10.1016/j.artint.2008.08.001).
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.types.arrays import BoolArray
from methods.types.errors import InputError

Marks = NDArray[np.str_]
"""An array of marks `[cause, effect, lag]`, with an empty text where there is no link."""

KNOWN = ("", *(f"{start}-{end}" for start, end in product("-<ox", "->ox")))
"""All marks; the empty text means no link."""

_MIRRORED = str.maketrans("<>", "><")


def mirror(marks: ArrayLike) -> Marks:
    """Return each mark read from the effect to the cause: `o->` becomes `<-o`."""
    array = np.asarray(marks)
    kinds, place = np.unique(array, return_inverse=True)
    turned = np.array([str(kind)[::-1].translate(_MIRRORED) for kind in kinds], dtype="<U3")
    return turned[place].reshape(array.shape)


def as_marks(marks: ArrayLike, shape: tuple[int, ...]) -> Marks:
    """Return a checked copy of an array of marks.

    Raises
    ------
    InputError
        If the shape is another one, or a mark is unknown. Also if a mark at lag 1 or more lacks
        the arrowhead at its effect, which time puts there, or one at lag 0 is not the mirror
        image of that of the other direction.
    """
    array = np.array(marks)
    if array.dtype.kind != "U" or array.shape != shape:
        raise InputError(
            f"marks: expected text of shape {shape}, found {array.dtype} of shape {array.shape}"
        )
    array = array.astype("<U4")  # so that a mark that is too long is not cut to a known one
    linked = array != ""
    ended = np.char.endswith(array, ">") | ~linked
    ended[:, :, 0] = True
    _refuse(array, ~np.isin(array, KNOWN), "one of " + ", ".join(filter(None, KNOWN)))
    _refuse(array, ~ended, "an arrowhead at the effect, since it comes after its cause")
    unlike = np.zeros(shape, dtype=bool)
    unlike[:, :, 0] = array[:, :, 0] != mirror(array[:, :, 0]).T
    _refuse(array, unlike, "the mirror image at lag 0 of the mark of the other direction")
    return array.astype("<U3")


def _refuse(marks: Marks, wrong: BoolArray, expected: str) -> None:
    if wrong.any():
        i, j, lag = (int(index) for index in np.argwhere(wrong)[0])
        raise InputError(
            f"marks: expected {expected}, found {str(marks[i, j, lag])!r} at [{i}, {j}, {lag}]"
        )


def once(marks: Marks) -> BoolArray:
    """Return where a link stands, that of two directions at lag 0 once.

    At lag 0 that is the direction of its only arrowhead, or else that of the first variable.
    """
    linked = np.asarray(marks != "")
    now = marks[:, :, 0]
    forward = np.char.endswith(now, ">") & ~np.char.startswith(now, "<")
    linked[:, :, 0] &= forward | np.triu(~forward & ~forward.T)
    return linked


def combined(parts: list[Marks]) -> Marks:
    """Return one mark of several regimes for each link: what differs at an end is a cross there.

    A regime without the link has no say.
    """
    start, end = (_common([_sign(marks, at) for marks in parts]) for at in (0, 2))
    joined = np.char.add(np.char.add(start, np.where(start == "", "", "-")), end)
    return np.asarray(joined.astype("<U3"))


def _sign(marks: Marks, at: int) -> Marks:
    """Return one sign of every mark."""
    return np.ascontiguousarray(marks.astype("<U3")).view("<U1").reshape(*marks.shape, 3)[..., at]


def _common(signs: list[Marks]) -> Marks:
    """Return the sign that all who have one agree on, and a cross where they differ."""
    result = signs[0].copy()
    for sign in signs[1:]:
        differ = (result != "") & (sign != "") & (result != sign)
        result = np.where(differ, "x", np.where(result == "", sign, result))
    return result
