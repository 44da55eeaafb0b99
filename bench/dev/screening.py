"""How many true edges the feature screen of `dot` keeps: `python -m bench.dev.screening`.

Prints the share of true edges whose cause is among the candidates of their effect, for each kind
of system, on tuning seeds. An edge that is not among them is lost to the transformer, so that this
bounds what `dot` can find beyond least squares. Nothing is trained.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from methods.dot.inputs.linear_path import best_on, least_squares
from methods.dot.inputs.screening import candidates
from methods.dot.inputs.sequences import Sequences
from methods.dot.method import DOT
from methods.types.arrays import BoolArray
from methods.types.series import TimeSeries
from simulators.components.noise import Noise
from simulators.structural.simulator import Structural

_OLDER = ("linear", "monotonic", "piecewise_monotonic", "mlp_additive", "mlp_concat")
_FAMILIES = (
    *("nonmonotonic", "gaussian_process", "spline", "product", "threshold", "random_network"),
)


class Kind(NamedTuple):
    """A kind of system: its name in the table, and its parameters."""

    name: str
    parameters: dict[str, Any]


def kinds() -> list[Kind]:
    """Return the kinds of the table: older ones, edges on the variance, and families by level."""
    return [
        *(Kind(name, {"mechanism": name}) for name in _OLDER),
        Kind("heteroscedastic", {"noise": Noise(kind="heteroscedastic")}),
        *(
            Kind(f"{name} {level}", {"mechanism": name, "difficulty": level})
            for name in _FAMILIES
            for level in ("easy", "medium", "hard")
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each kind of system and a column for each length."""
    parser = argparse.ArgumentParser(prog="python -m bench.dev.screening")
    parser.add_argument("--steps", type=int, nargs="+", default=[500, 2_000, 10_000])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10, 14)))
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(f"share of true edges among {DOT().candidates} candidates of 50, seeds {asked.seeds}")
    print(f"{'':24}" + "".join(f"{steps:>8,}" for steps in asked.steps))
    start, rows = time.perf_counter(), []
    for kind in kinds():
        row = [recall(kind, steps, asked.seeds) for steps in asked.steps]
        rows.append(row)
        print(f"{kind.name:24}" + "".join(f"{share:8.3f}" for share in row), flush=True)
    print(f"{'mean':24}" + "".join(f"{share:8.3f}" for share in np.mean(rows, axis=0)))
    print(f"{time.perf_counter() - start:.0f} s")


def recall(kind: Kind, steps: int, seeds: Sequence[int]) -> float:
    """Return the share of true edges that are screened in, over all seeds together."""
    found = total = 0
    for seed in seeds:
        system = Structural(min_effect=0.05, **kind.parameters).draw(seed)
        kept = screened_in(system.generate(steps).series, system.max_lag)
        true = system.truth.scores[:, :, 1:] > 0
        found += int((kept & true).sum())
        total += int(true.sum())
    return found / total


def screened_in(series: TimeSeries, max_lag: int) -> BoolArray:
    """Return whether each lagged input is a candidate of `dot` for an effect.

    Returns
    -------
    BoolArray
        Shape `(n_vars, n_vars, max_lag)`, `[cause, effect, lag - 1]`.
    """
    dot = DOT()
    segments = series.standardized().segments
    copies = dot.surrogates_of(series, max_lag)
    sequences = Sequences.cut(segments, max_lag, max_lag, "cpu", copies=copies)
    at = sequences.train.nonzero()[:, 0]
    values = sequences.rows[at, : sequences.n_effects]
    path = least_squares(sequences, at, values, on=best_on(sequences))
    chosen = candidates(sequences, path, dot.candidates).numpy()
    kept = np.zeros((series.n_vars, sequences.max_lag * sequences.n_inputs), dtype=bool)
    np.put_along_axis(kept, chosen, values=True, axis=1)
    by_lag = kept.reshape(series.n_vars, max_lag, sequences.n_inputs)[:, :, : series.n_vars]
    return by_lag.transpose(2, 0, 1)


if __name__ == "__main__":
    main()
