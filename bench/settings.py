"""The composed config of a run, checked: what is swept, over which seeds, within which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Interval, MinLen
from omegaconf import DictConfig, OmegaConf
from pydantic import BeforeValidator, StringConstraints

from bench.nodes import build


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One composed config.

    Parameters
    ----------
    name
        Folder under `results_dir` that takes the records, tables and figures.
    n_samples
        Time steps of each series, over all its segments; more than one value is an axis.
    seeds
        Seeds of the systems; each is one system per simulator and grid point.
    regimes_known
        Whether methods are given the regime label of each step.
    grid
        Simulator parameters to sweep: a tree whose leaves are lists of values.
    jobs
        Cells run at once.
    time_limit
        Seconds after which a cell is killed and recorded as `timeout`.
    results_dir
        Folder of all results.
    methods, simulators
        Parameters of each selected method and simulator, by name.
    experiments
        Experiments of a profile; empty for a single run.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    n_samples: Annotated[tuple[Annotated[int, Ge(10)], ...], MinLen(1), BeforeValidator(_as_tuple)]
    seeds: Annotated[tuple[Annotated[int, Ge(0)], ...], MinLen(1), BeforeValidator(_as_tuple)]
    regimes_known: bool
    grid: dict[str, Any]
    jobs: Annotated[int, Interval(ge=1, le=1024)]
    time_limit: Annotated[float, Interval(gt=0, le=1e6)]
    results_dir: str
    methods: dict[str, dict[str, Any]]
    simulators: dict[str, dict[str, Any]]
    experiments: list[str]


def from_config(config: DictConfig) -> Settings:
    """Check a composed Hydra config; ValueError names the key that is wrong."""
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    plain.pop("hydra", None)
    return build(Settings, {str(key): value for key, value in plain.items()}, "")
