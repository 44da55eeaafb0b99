"""Who leads on which kind of system, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analysis.experiment import ExperimentResults
from bench.analysis.intervals import Estimate, estimate, pair
from bench.analysis.leaderboard import at_usual_settings, scores_of, shared
from bench.config import Cell
from bench.config.protocol import f1_of

_LIMITS = (0.0, 1.0)


@dataclass(frozen=True)
class Leader:
    """The best method on one kind of system, beside the next.

    Parameters
    ----------
    simulator
        The kind of system.
    method, mean
        The best method, and its mean F1 under the fair protocol over the conditions of this kind,
        each counting once.
    second, lead
        The next best, and the difference of the two, paired by system; `second` is empty where
        nothing else has a score. Both methods were chosen on these runs, so the lead is
        somewhat too large.
    conditions, systems
        How many conditions and systems all compared methods share.
    """

    simulator: str
    method: str
    mean: Estimate
    second: str
    lead: Estimate
    conditions: int
    systems: int

    @property
    def clear(self) -> bool:
        """Whether the whole interval of the lead is above zero."""
        return self.lead.low > 0


def leaders(experiments: Sequence[ExperimentResults], cells: Sequence[Cell]) -> list[Leader]:
    """Return the leader of every kind of system on which something has a score.

    Methods with a score on less than half as many systems as the one with most are left out; see
    `bench.analysis.leaderboard.shared`.
    """
    rows, _ = at_usual_settings(experiments, cells)
    scores = scores_of(rows, f1_of("fair"))
    found = []
    for simulator, group in scores.groupby(level="simulator", sort=False):
        common = shared(group)
        if not common.size:
            continue
        means = {str(method): estimate(common[method], _LIMITS) for method in common}
        first, *others = sorted(means, key=lambda method: -means[method].mean)
        second = others[0] if others else first
        lead = pair(common[first], common[second], _LIMITS).difference
        found.append(
            Leader(
                str(simulator),
                first,
                means[first],
                second if others else "",
                lead,
                means[first].conditions,
                len(common),
            )
        )
    return found
