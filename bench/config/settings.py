"""The composed config of a run, checked: what is swept, over which seeds, within which limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from annotated_types import Ge, Gt, Interval, MinLen
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BeforeValidator, StringConstraints

from bench.config.cell import NotOk
from bench.config.claim import Claim
from bench.config.validate import build
from bench.config.view import View
from methods.regimes.per_regime import Choice
from methods.types.errors import InputError
from methods.types.parameters import Parameters


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


@dataclass(frozen=True, kw_only=True)
class Limits(Parameters):
    """When a cell is killed.

    Parameters
    ----------
    time_limit
        Seconds after which it is recorded as `timeout`, or None.
    memory_limit
        Resident memory of the cell and all it has started, in GiB, past which it is recorded as
        `out_of_memory`, or None.
    """

    time_limit: Annotated[float, Gt(0)] | None = None
    memory_limit: Annotated[float, Gt(0)] | None = None


@dataclass(frozen=True, kw_only=True)
class Settings(Parameters):
    """One composed config.

    Parameters
    ----------
    name
        Folder under `results_dir` that takes the records, tables and figures.
    n_samples
        Time steps of each series, over all its segments; more than one value is an axis.
    seeds
        Seeds of the systems; each is one system per simulator and grid point.
    regimes
        What is done about regimes, see `methods.regimes.per_regime`; several are an axis.
    grid
        Simulator parameters to sweep: a tree whose leaves are lists of values.
    jobs
        Cells run at once on one machine.
    limits
        When a cell is killed.
    executor
        Where cells are run, see `bench.run.executors`.
    shard
        `i/n` runs the i-th of n equal parts of the cells (1 to n), or None for all.
    retry
        Cells to run again, by a status other than ok.
    force
        Methods to run again, whatever their records say.
    results_dir
        Folder of all results.
    data_dir
        Folder of recorded series, in which each data set has one of its own.
    methods, simulators, finders
        Parameters of each selected method and simulator, and finder of regimes, by name. Finders
        are used with `regimes=found` alone.
    experiments
        Experiments of a profile, each with its overrides behind it; empty for a single run.
    headline
        Those of them that a profile runs first and that its table is about; empty for all.
    claims
        What `claims.md` judges after a profile has run.
    ablation
        A method whose settings are set beside each other in `ablation.md` after a profile has
        run, or None.
    report
        How the report shows the experiment.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    n_samples: Annotated[tuple[Annotated[int, Ge(10)], ...], MinLen(1), BeforeValidator(_as_tuple)]
    seeds: Annotated[tuple[Annotated[int, Ge(0)], ...], MinLen(1), BeforeValidator(_as_tuple)]
    regimes: Annotated[tuple[Choice, ...], MinLen(1), BeforeValidator(_as_tuple)]
    grid: dict[str, Any]
    jobs: Annotated[int, Interval(ge=1, le=1024)]
    limits: Limits
    executor: dict[str, Any]
    shard: Annotated[str, StringConstraints(pattern=r"^[1-9]\d*/[1-9]\d*$")] | None
    retry: Annotated[tuple[NotOk, ...], BeforeValidator(_as_tuple)]
    force: Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
    results_dir: str
    data_dir: str
    methods: dict[str, dict[str, Any]]
    simulators: dict[str, dict[str, Any]]
    finders: dict[str, dict[str, Any]]
    experiments: list[str]
    headline: list[str]
    claims: list[Claim]
    ablation: str | None
    report: View = field(default_factory=View)


def one_line(error: Exception) -> str:
    """Return the message of one of Hydra's or OmegaConf's errors as one line."""
    lines = (line.strip() for line in str(error).splitlines())
    # What follows the key is about their internals.
    return "; ".join(line for line in lines if line and not line.startswith("object_type"))


def from_config(config: DictConfig) -> Settings:
    """Check a composed Hydra config; ValueError names the key that is wrong."""
    try:
        plain = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        raise InputError(one_line(error)) from None
    assert isinstance(plain, dict)
    plain.pop("hydra", None)
    settings = build(Settings, {str(key): value for key, value in plain.items()}, "")
    unknown = [name for name in settings.force if name not in settings.methods]
    if unknown:
        raise InputError(
            f"force: expected methods of this run ({', '.join(settings.methods)}), found "
            f"{', '.join(unknown)}"
        )
    if settings.shard is not None:
        part, of = settings.shard.split("/")
        if int(part) > int(of):
            raise InputError(f"shard: expected i/n with i from 1 to n, found {settings.shard}")
    return settings
