"""What is known of links as tigramite's `link_assumptions`."""

from __future__ import annotations

import numpy as np

from methods.types.arrays import BoolArray
from methods.types.marks import mirror

Assumptions = dict[int, dict[tuple[int, int], str]]
"""`[effect][(cause, -lag)]` is the mark of a link; one that is not in there is absent."""


def assumptions(allowed: BoolArray, required: BoolArray, possible: str) -> Assumptions:
    """Return the assumptions of arrays `[cause, effect, lag]`.

    `possible` is the mark of a link that may exist, and can only point from cause to effect:
    `-?>`, or `o?>` where a hidden common cause may stand for it. A link at lag 0 that may point
    either way is `o?o`.
    """
    links: Assumptions = {effect: {} for effect in range(len(allowed))}
    either = allowed | required
    either[:, :, 0] |= either[:, :, 0].T
    for cause, effect, lag in np.argwhere(either).tolist():
        back = bool(allowed[effect, cause, 0]) and lag == 0
        if required[cause, effect, lag]:
            mark = "-->"
        elif lag == 0 and required[effect, cause, 0]:
            mark = "<--"
        elif not back:
            mark = possible
        else:
            mark = "o?o" if allowed[cause, effect, 0] else str(mirror([possible])[0])
        links[effect][cause, -lag] = mark
    return links


def known_assumptions(
    forbidden: BoolArray, required: BoolArray, possible: str, first_lag: int
) -> Assumptions:
    """Return the assumptions that leave every link possible but those forbidden and required."""
    allowed = ~forbidden
    allowed[:, :, :first_lag] = False
    np.fill_diagonal(allowed[:, :, 0], False)
    return assumptions(allowed, required, possible)
