"""Marks: how they are mirrored, what is refused, and what several regimes say together."""

import re

import numpy as np
import pytest

from methods import InputError, LaggedGraph
from methods.types.marks import combined, mirror, once


def of(now, then):
    """Return marks over two variables: `[cause][effect]` at lag 0 and at lag 1."""
    return np.stack([np.array(now, dtype="<U4"), np.array(then, dtype="<U4")], axis=2)


NONE = [["", ""], ["", ""]]


def test_a_mark_is_mirrored_as_tigramite_mirrors_it():
    from tigramite.pcmci_base import PCMCIbase

    kinds = ["-->", "<--", "o-o", "o->", "<-o", "<->", "x-x", "x->", "<-x", "x-o", "o-x"]
    assert mirror(kinds).tolist() == [PCMCIbase._reverse_link(None, kind) for kind in kinds]
    assert mirror(np.full((2, 0), "")).shape == (2, 0)


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (of(NONE, NONE)[:1], "expected text of shape (2, 2, 2), found <U4 of shape (1, 2, 2)"),
        (np.ones((2, 2, 2)), "expected text of shape (2, 2, 2), found float64"),
        (of(NONE, [["", "=>"], ["", ""]]), "found '=>' at [0, 1, 1]"),
        (of(NONE, [["", "-->>"], ["", ""]]), "found '-->>' at [0, 1, 1]"),
        (of(NONE, [["", ""], ["o-o", ""]]), "an arrowhead at the effect, since it comes after"),
        (of([["", "-->"], ["-->", ""]], NONE), "the mirror image at lag 0"),
        (of([["", "o->"], ["", ""]], NONE), "found 'o->' at [0, 1, 0]"),
    ],
)
def test_wrong_marks_are_refused(marks, said):
    with pytest.raises(InputError, match=f"^marks: .*{re.escape(said)}"):
        LaggedGraph(np.ones((2, 2, 2)), ("a", "b"), marks=marks)


def test_marks_are_copied_and_fixed():
    given = of([["", "o-o"], ["o-o", ""]], [["-->", "<->"], ["", ""]])
    graph = LaggedGraph(np.ones((2, 2, 2)), ("a", "b"), marks=given)
    given[:] = ""
    assert graph.marks[0, 1].tolist() == ["o-o", "<->"]
    with pytest.raises(ValueError, match="read-only"):
        graph.marks[0, 0, 0] = ""


@pytest.mark.parametrize(
    ("forward", "listed"),
    [("-->", (0, 1)), ("<--", (1, 0)), ("o->", (0, 1)), ("<-o", (1, 0)), ("<-x", (1, 0))]
    + [(kind, (0, 1)) for kind in ("o-o", "<->", "x-x")],
)
def test_a_link_at_lag_0_is_listed_once_in_the_direction_of_its_arrow(forward, listed):
    backward = str(mirror([forward])[0])
    assert np.argwhere(once(of([["", forward], [backward, ""]], NONE))).tolist() == [[*listed, 0]]
    later = of(NONE, [["", "-->"], ["<->", ""]])
    assert np.argwhere(once(later)).tolist() == [[0, 1, 1], [1, 0, 1]]


def test_regimes_that_differ_at_an_end_leave_a_cross_there():
    first = of([["", "-->"], ["<--", ""]], [["-->", "-->"], ["", "o->"]])
    second = of([["", "<--"], ["-->", ""]], [["-->", ""], ["", "-->"]])
    both = combined([first, second])
    assert both.tolist() == of([["", "x-x"], ["x-x", ""]], [["-->", "-->"], ["", "x->"]]).tolist()
    assert combined([first]).tolist() == first.tolist()
