"""The record of one cell as a typed model, and how records of older schemas are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.config.cell import SCHEMA, Status, canonical, content_key
from methods.types.errors import InputError

_STRICT = ConfigDict(extra="forbid", populate_by_name=True, validate_assignment=True)


class StrangeFileError(InputError):
    """Raised for a file that is no record; the message says why."""


class NewerRecordError(InputError):
    """Raised for a record of a schema that this lagbench does not know yet."""


class Labels(BaseModel):
    """What a cell was called when it ran: its simulator, and its point of the grid."""

    model_config = _STRICT

    simulator: str
    axes: dict[str, Any] = {}


class Cost(BaseModel):
    """What a cell cost.

    Parameters
    ----------
    wall_seconds, cpu_seconds
        Of the method call alone; CPU seconds include those of its child processes.
    peak_memory_mib
        Largest resident memory that the method added, in MiB.
    generate_seconds, score_seconds
        Wall seconds of drawing the series and of scoring the graph.
    """

    model_config = _STRICT

    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    peak_memory_mib: float | None = None
    generate_seconds: float | None = None
    score_seconds: float | None = None


class Value(BaseModel):
    """A metric: its value, the value by chance (`floor`), and that of an oracle (`ceiling`)."""

    model_config = _STRICT

    value: float | None = None
    floor: float | None = None
    ceiling: float | None = None


class Code(BaseModel):
    """A version of lagbench, with commit and uncommitted changes where there is a checkout."""

    model_config = _STRICT

    version: str | None = None
    commit: str | None = None
    dirty: bool | None = None

    def __str__(self) -> str:
        commit = f"+{self.commit[:7]}" if self.commit else ""
        return f"{self.version}{commit}{'.dirty' if self.dirty else ''}"


class Host(BaseModel):
    """The machine: its name, operating system and CPU model, where they are known."""

    model_config = _STRICT

    name: str | None = None
    system: str | None = None
    cpu: str | None = None


class MadeBy(BaseModel):
    """Where a record comes from; see `bench.store.provenance`."""

    model_config = _STRICT

    code: Code = Code()
    versions: dict[str, str] = {}
    host: Host = Host()
    threads: int | None = None
    device: str | None = None


class Was(BaseModel):
    """Schema and key of a file that was written under an older schema."""

    model_config = _STRICT

    schema_: Annotated[int, Field(alias="schema")]
    key: str


class Head(BaseModel):
    """The first entries of a record; they can be read without parsing its metrics.

    Parameters
    ----------
    schema_
        Version of this layout.
    key
        The cell's key.
    status, phase
        How the cell ended, and in which phase: `generate`, `fit` or `score`.
    method, n_samples
        Of the cell.
    elapsed
        Wall seconds of the whole cell, from generating to scoring or until it was killed.
    n_vars, max_lag
        Of the series and of the lags that were scored; None where they never became known.
    was
        Only of a record that was brought up from an older schema.
    """

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[int, Field(alias="schema")] = SCHEMA
    key: str
    status: Status = "error"
    phase: str | None = "generate"
    method: str
    n_samples: int
    elapsed: float | None = None
    n_vars: int | None = None
    max_lag: int | None = None
    was: Was | None = None


class Record(Head):
    """The record of one cell.

    Parameters
    ----------
    reason, traceback
        What went wrong, or None.
    cell
        The cell, see `bench.config.cell.Cell.describe`.
    labels, cost
        See `Labels` and `Cost`.
    data, truth
        SHA-256 of the series, and of the truth under `truths/`; 16 hex digits each.
    properties
        Of the data, see `simulators.properties`.
    metrics
        `level/scope/metric` to its `Value`.
    forecast_error, converged
        See `methods.LaggedGraph`.
    made_by
        See `MadeBy`.
    scored_by
        The code that scored the graph again later, or None.
    """

    model_config = _STRICT

    reason: str | None = None
    traceback: str | None = None
    cell: dict[str, Any]
    labels: Labels
    cost: Cost = Cost()
    data: str | None = None
    truth: str | None = None
    properties: dict[str, float | None] = {}
    metrics: dict[str, Value]
    forecast_error: float | None = None
    converged: bool | None = None
    made_by: MadeBy = MadeBy()
    scored_by: Code | None = None


HEAD = tuple(field.alias or name for name, field in Head.model_fields.items() if name != "was")
"""The entries of `Head` by the names that they have in a file."""


def upgrade(found: Any) -> Record:
    """Return what a file holds, of any past schema, as a record of the present one.

    Raises
    ------
    StrangeFileError
        If it is no record.
    NewerRecordError
        If a newer lagbench wrote it.
    """
    if not isinstance(found, dict) or not isinstance(found.get("schema"), int):
        raise StrangeFileError("no record (it has no schema version)")
    if found["schema"] > SCHEMA:
        raise NewerRecordError(f"schema {found['schema']} is newer than this lagbench")
    try:
        return Record.model_validate(_from_1(found) if found["schema"] == 1 else found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise StrangeFileError(f"no record ({where}: {first['msg']})") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise StrangeFileError(f"no record (entry {error})") from None


def _from_1(old: Mapping[str, Any]) -> dict[str, Any]:
    """Bring up a record whose cell stood in parts, and that had neither truth nor labels."""
    simulator, method = dict(old["simulator"]), dict(old["method"])
    kind, name = simulator.pop("kind"), method.pop("name")
    if kind == "structural":
        simulator.setdefault("coupling", 1.0)  # which was no parameter
    cell = canonical(
        {
            "schema": SCHEMA,
            "simulator": {"kind": kind, "params": simulator},
            "n_samples": old["n_samples"],
            "seed": old["seed"],
            "protocol": {"regimes_known": old["regimes_known"]},
            "method": {"name": name, "params": method},
        }
    )
    cost = dict(old.get("cost", {}))
    cost.pop("peak_memory_mib", None)  # of the whole process, which does not compare
    if "seconds" in cost:
        cost["wall_seconds"] = cost.pop("seconds")
    kept = ("status", "phase", "reason", "metrics", "n_samples")
    optional = ("traceback", "properties", "forecast_error")
    return {
        **{entry: old[entry] for entry in kept},
        **{entry: old[entry] for entry in optional if entry in old},
        "was": {"schema": 1, "key": old["key"]},
        "key": content_key(cell),
        "method": name,
        "elapsed": cost.get("wall_seconds"),
        "cell": cell,
        "labels": {"simulator": kind},
        "cost": cost,
        "made_by": {
            "code": {"version": old["versions"]["lagbench"]},
            "versions": old["versions"],
            "host": {"system": old["host"].get("machine")},
        },
    }
