"""What is claimed of a method, as a comparison that measurements can decide.

A profile holds methods to claims (`claims` in its YAML), and a publication makes some:
`bench/claims/paper.yaml` lists those of arXiv 2601.05647 that can be tested, in our words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from omegaconf import OmegaConf

from bench.config.validate import build
from methods.types.parameters import ParameterError, Parameters

PROTOCOL_F1 = "f1"
"""The metric that each protocol reads in its own way."""


@dataclass(frozen=True, kw_only=True)
class Claim(Parameters):
    """A score, or its difference to another, lies within bounds.

    Without a bound the score is only shown.

    Parameters
    ----------
    says
        The claim in words.
    heading
        The heading under which it is listed.
    reported
        The numbers of the publication, as text.
    published
        The one number of the publication that is shown beside ours.
    experiment
        The experiment that tests it; None takes all.
    where
        The conditions: `simulator`, `n_samples`, `regimes` or an axis of the grid by its
        dotted name, and a value or a list of values. `smallest` and `largest` stand for the ends
        of what is planned.
    each_condition
        Judge each condition by itself; otherwise the mean over all, each counting once.
    metric
        Name of a metric as in `table.csv` or of a cut as `f1@k`. `f1` is judged under every
        protocol. `fdr@own` is the realised share of false edges, `1 - precision@own`, where an
        empty selection counts as all false. `cpu_seconds` is the cost of a run that ended as ok.
        `stopped` is 1 for a run that ended as `timeout`, `out_of_memory` or `crashed`, and 0 for
        every other.
    methods
        The methods that are judged, one verdict each.
    parameters
        Parameters of the method that single out one of its variants; without any, the variant
        with the most runs is judged.
    of_oracle
        Divide the score by that of an oracle; not together with `against` or `versus`.
    against
        Baselines, of which every one has to be beaten and the strongest is shown; or `floor` or
        `ceiling`, or another metric of the same runs, which is subtracted.
    versus
        Instead: the same with other `experiment`, `where`, `methods` or `parameters`, which is
        subtracted seed by seed, under each condition that the two have in common.
    above, below
        Bounds that the score or difference has to pass. At a bound near 0, a difference within
        0.02 of 0 is equal instead.
    at_least, at_most
        Bounds that it has to reach.
    """

    says: str = ""
    heading: str = ""
    reported: str = ""
    published: float | None = None
    experiment: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    each_condition: bool = False
    metric: str = PROTOCOL_F1
    methods: tuple[str, ...] = ("dot",)
    parameters: dict[str, Any] = field(default_factory=dict)
    of_oracle: bool = False
    against: str | list[str] | None = None
    versus: dict[str, Any] = field(default_factory=dict)
    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        """Refuse a share of which something else is subtracted."""
        if self.of_oracle and (self.against is not None or self.versus):
            raise ParameterError(
                "of_oracle", "expected false beside `against` or `versus`, found true"
            )

    @property
    def bound(self) -> str:
        """The bounds as text."""
        signs = [(">", self.above), ("<", self.below), ("≥", self.at_least), ("≤", self.at_most)]
        return " and ".join(f"{sign} {limit:g}" for sign, limit in signs if limit is not None)

    @property
    def measure(self) -> str:
        """What is compared with the bounds, as text."""
        metric = f"{self.metric} / oracle" if self.of_oracle else self.metric
        if self.versus:
            return f"{metric} - {' '.join(f'{k}={v}' for k, v in self.versus.items())}"
        if self.against is None:
            return metric
        rivals = [self.against] if isinstance(self.against, str) else self.against
        return f"{metric} - {'best of ' if len(rivals) > 1 else ''}{', '.join(rivals)}"


def paper_claims() -> list[Claim]:
    """Return the claims of arXiv 2601.05647; ValueError names a wrong key."""
    text = (resources.files("bench.claims") / "paper.yaml").read_text(encoding="utf-8")
    listed: Any = OmegaConf.to_container(OmegaConf.create(text))
    methods = {"methods": listed["methods"]}
    return [
        build(Claim, methods | {str(k): v for k, v in entry.items()}, f"claims[{place}]")
        for place, entry in enumerate(listed["claims"])
    ]
