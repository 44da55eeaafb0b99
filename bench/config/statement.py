"""What a publication says, as comparisons that measurements can decide.

`statements.yaml` lists the statements of arXiv 2601.05647 that can be tested, in our words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from omegaconf import OmegaConf

from bench.config.validate import build


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement: a score, or its difference to another, lies above or below a bound.

    Parameters
    ----------
    says
        The statement.
    reported
        What the publication's own numbers are, as text.
    experiment
        The experiment that tests it; None takes all.
    where
        The conditions: `simulator`, `n_samples`, `regimes_known` or an axis of the grid by its
        dotted name, and a value or a list of values. `smallest` and `largest` stand for the ends
        of what is planned.
    metric
        Name of a metric as in `table.csv` or of a cut as `f1@k`; `f1` is judged under both
        protocols. `cpu_seconds` is the cost of a run that ended as ok, `stopped` is 1 for a run
        that ended as `timeout`, `out_of_memory` or `crashed` and 0 for every other that was run.
    methods
        Who is judged, one verdict each.
    parameters
        Parameters of the method that single out one of its variants.
    against
        Methods of which the one that is hardest to beat is subtracted, or `floor` or `ceiling` for
        that of the score.
    versus
        Instead: the same with other `experiment`, `where`, `methods` or `parameters`, which is
        subtracted, seed by seed and where the two have conditions in common, under each.
    above, below
        The bound that the mean of the score or difference lies above or below.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    says: str
    reported: str = ""
    experiment: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    metric: str = "f1"
    methods: tuple[str, ...] = ("dot_paper", "dot")
    parameters: dict[str, Any] = field(default_factory=dict)
    against: str | list[str] | None = None
    versus: dict[str, Any] = field(default_factory=dict)
    above: float | None = None
    below: float | None = None


def load_statements() -> list[Statement]:
    """Return the statements that ship with lagbench; ValueError names a wrong key."""
    text = (resources.files("bench.claims") / "statements.yaml").read_text(encoding="utf-8")
    listed: Any = OmegaConf.to_container(OmegaConf.create(text))
    return [
        build(Statement, {str(key): value for key, value in entry.items()}, f"statements[{k}]")
        for k, entry in enumerate(listed["statements"])
    ]
