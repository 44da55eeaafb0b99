"""A verdict on a claim: its words, and the numbers behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.analysis.intervals import Estimate
from bench.config.claim import Claim

HOLDS, FAILS, UNDECIDED, UNTESTED, SHOWN = (
    "holds",
    "does not hold",
    "undecided",
    "not tested",
    "shown",
)

NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def holds_only(protocol: str) -> str:
    """Return the verdict on a claim that holds under one protocol and not under all."""
    return f"holds only under the {protocol} protocol"


@dataclass(frozen=True)
class Reading:
    """What was measured for a claim, as one protocol reads it.

    Parameters
    ----------
    compared
        What is compared with the bounds: the score, its ratio or its difference.
    score
        The metric itself.
    rival, rival_score
        What was subtracted: its name, and its mean.
    floor, ceiling
        Mean chance level, and mean score of an oracle.
    cpu_seconds
        Mean CPU seconds of the method.
    conditions, planned
        Conditions with a score, and planned conditions.
    """

    compared: Estimate = NOTHING
    score: Estimate = NOTHING
    rival: str = ""
    rival_score: float = math.nan
    floor: float = math.nan
    ceiling: float = math.nan
    cpu_seconds: float = math.nan
    conditions: int = 0
    planned: int = 0

    @property
    def text(self) -> str:
        """The numbers in words; empty where nothing was measured."""
        if not self.compared.n:
            return ""
        text = str(self.compared)
        if self.rival:
            text = (
                f"{self.score.mean:.2f} against {self.rival_score:.2f} ({self.rival}); "
                f"difference {text}"
            )
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
    words
        The verdict on each reading.
    word
        The verdict on all: `holds`, `holds only under the ... protocol`, `does not hold`,
        `undecided`, `not tested`, or `shown` for a claim without a bound.
    """

    claim: Claim
    method: str
    experiment: str
    where: Mapping[str, Any]
    readings: Mapping[str, Reading]
    words: Mapping[str, str]
    word: str
