"""A verdict on a claim: its words, and the numbers behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analysis import Estimate
from bench.analysis.intervals import NOTHING
from bench.config import Claim

HOLDS, EQUAL, FAILS, UNDECIDED, UNTESTED, SHOWN = (
    "holds",
    "equal within 0.02",
    "does not hold",
    "undecided",
    "not tested",
    "shown",
)


def holds_only(protocol: str) -> str:
    """Return the verdict on a claim that holds under one protocol and not under all."""
    return f"holds only under the {protocol} protocol"


@dataclass(frozen=True)
class Reading:
    """What was measured for a claim, as one protocol reads it.

    Parameters
    ----------
    word, p_value
        The verdict on it, and the p-value of that, after Holm's correction over the table.
    compared
        What is compared with the bounds: the score, its ratio, or the difference of `score` and
        `rival_score`, over new systems of these conditions.
    anew
        The same over new conditions.
    score
        The metric itself.
    rival, rival_score
        What was subtracted: its name, and its mean. Of several rivals it is the strongest.
    doubtful
        Other rivals that are not surely beaten.
    not_run
        Rivals that the claim names and that were not run, or too seldom.
    trivial, trivial_score
        The best method on the same systems that knows nothing of causes, and its mean; see
        `bench.analysis.trivial`. Empty and NaN where none was run on all of them.
    floor, ceiling
        Mean chance level, and mean score of an oracle.
    cpu_seconds
        Mean CPU seconds of the method.
    conditions, planned
        Conditions with a score, and planned conditions.
    """

    word: str = UNTESTED
    p_value: float = math.nan
    compared: Estimate = NOTHING
    anew: Estimate = NOTHING
    score: Estimate = NOTHING
    rival: str = ""
    rival_score: float = math.nan
    doubtful: Sequence[str] = ()
    not_run: Sequence[str] = ()
    trivial: str = ""
    trivial_score: float = math.nan
    floor: float = math.nan
    ceiling: float = math.nan
    cpu_seconds: float = math.nan
    conditions: int = 0
    planned: int = 0

    @property
    def text(self) -> str:
        """The numbers in words; empty where nothing was measured."""
        return self.told(str)

    def told(self, called: Callable[[str], str]) -> str:
        """Return the numbers in words, with what each method is called."""
        not_run = ", ".join(map(called, self.not_run))
        if not self.compared.n:
            return f"not run: {not_run}" if not_run else ""
        text = str(self.compared)
        if self.rival:
            text = (
                f"{self.score.mean:.2f} against {self.rival_score:.2f} ({called(self.rival)}); "
                f"difference {text}"
            )
        if math.isfinite(self.anew.low):
            text += f", over new conditions [{self.anew.low:.2f}, {self.anew.high:.2f}]"
        if not math.isnan(self.p_value):
            text += f"; p = {self.p_value:.2g}"
        if self.trivial:
            text += f"; best trivial {self.trivial_score:.2f} ({called(self.trivial)})"
        if self.doubtful:
            text += f"; not surely beaten: {', '.join(map(called, self.doubtful))}"
        if not_run:
            text += f"; not run: {not_run}"
        if self.conditions < self.planned:
            text += f"; {self.conditions} of {self.planned} conditions"
        return text


@dataclass(frozen=True)
class Verdict:
    """The verdict on a claim about one method.

    Parameters
    ----------
    claim, method
        The claim, and who was judged.
    experiment, where
        The one condition, where each is judged by itself; else what the claim says.
    readings
        What was measured, by protocol; one reading named `""` for a metric other than F1.
    """

    claim: Claim
    method: str
    experiment: str
    where: Mapping[str, Any]
    readings: Mapping[str, Reading]

    @property
    def word(self) -> str:
        """The verdict on all readings, or `holds only under the ... protocol`.

        A claim without a bound is `shown`. It does not hold if it does not under one protocol.
        """
        words = {protocol: reading.word for protocol, reading in self.readings.items()}
        found = set(words.values())
        if UNTESTED in found:
            return UNTESTED
        if len(found) == 1:
            return found.pop()
        holding = [protocol for protocol, word in words.items() if word == HOLDS]
        if holding:
            return holds_only(holding[0])
        return FAILS if FAILS in found else UNDECIDED
