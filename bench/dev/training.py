"""How the paper's transformer learns: `python -m bench.dev.training`.

Trains `dot_paper` on tuning seeds and prints a line every few hundred updates: the mean squared
error on held-out steps over the variance, the least that any forecast can have, the F1 of the
three strongest causes per effect, and the CPU seconds so far. The last line of a run is where
training converged. Sizes are chosen by the error alone; the F1 is shown and not used.

Settings are given as `dot_paper` takes them, several times for several runs:

    python -m bench.dev.training --set width=32 --set width=64,context=10
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
import yaml

from methods.dot import readout
from methods.dot.attribution.rules import attribute
from methods.dot.inputs.sequences import Sequences
from methods.dot.training.held_out import HeldOut
from methods.dot.training.model import Forecaster
from methods.dot.training.plain import fit
from methods.dot.variants import DOTPaper
from methods.types.arrays import BoolArray
from simulators.structural.simulator import Structural

KINDS = ("linear", "monotonic", "piecewise_monotonic", "mlp_additive")
_LOOKS = (100, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000, 4000)


class Point(NamedTuple):
    """One line of the output."""

    kind: str
    seed: int
    setting: str
    update: int
    held_out_error: float
    reachable: float
    f1: float
    ceiling: float
    cpu_seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Print CSV, one line per look."""
    parser = argparse.ArgumentParser(prog="python -m bench.dev.training")
    parser.add_argument("--kinds", nargs="+", default=KINDS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--set", action="append", dest="settings", default=None)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    write = csv.writer(sys.stdout, lineterminator="\n").writerow
    write(Point._fields)
    for setting in asked.settings or [""]:
        for kind in asked.kinds:
            for seed in asked.seeds:
                for point in curve(kind, seed, asked.steps, setting):
                    write(f"{x:.4f}" if isinstance(x, float) else x for x in point)
                    sys.stdout.flush()


def curve(kind: str, seed: int, steps: int, setting: str) -> Iterator[Point]:
    """Train on one system and return what was seen on the way.

    Parameters
    ----------
    kind, seed, steps
        Mechanism of the system, its seed and its length.
    setting
        Parameters of `dot_paper`, as `name=value,name=value`.
    """
    parameters: dict[str, Any] = dict(_pair(part) for part in setting.split(",") if part)
    method = DOTPaper(**{"device": "cpu", **parameters})
    # As the simulators of these names have it.
    drawn: dict[str, Any] = {"mechanism": kind, "min_effect": 0.05 * kind.startswith("mlp")}
    system = Structural(**drawn).draw(seed)
    sample = system.generate(steps)
    assert system.truth.adjacency is not None
    true = system.truth.adjacency[:, :, 1:]
    sequences = method.sequences(sample.series, system.max_lag)
    network = method.network(sequences, torch.Generator().manual_seed(seed))
    validation = HeldOut.of(sequences, sequences.validation)
    seen: dict[int, tuple[float, float, float]] = {}
    started = time.process_time()

    def look(update: int, model: Forecaster) -> None:
        if update in _LOOKS:
            passed = time.process_time() - started
            seen[update] = validation.error(model), _f1(model, sequences, true), passed

    batches = torch.Generator().manual_seed(seed + 1)
    fitted = fit(network, sequences, method, batches, look)
    passed = time.process_time() - started
    seen[fitted.updates] = (
        validation.error(fitted.model),
        _f1(fitted.model, sequences, true),
        passed,
    )
    ceiling = 2 * true.sum() / (true.sum() + 3 * len(true))
    reachable = sample.properties["noise_share"]
    for update, (error, f1, seconds) in seen.items():
        yield Point(kind, seed, setting, update, error, reachable, f1, ceiling, seconds)


def _pair(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    return name, yaml.safe_load(value)


def _f1(model: Forecaster, sequences: Sequences, true: BoolArray) -> float:
    found = attribute([model], sequences, "lrp").scores[: len(true)]
    chosen = readout.top_per_effect(found, 3)
    return float(2 * (chosen & true).sum() / (chosen.sum() + true.sum()))


if __name__ == "__main__":
    main()
