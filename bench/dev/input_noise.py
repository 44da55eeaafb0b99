"""What noise on the inputs costs `dot` in training: `python -m bench.dev.input_noise`.

Prints the AUPRC of `dot` for each standard deviation of the noise, on tuning seeds of one kind of
system. Noise of standard deviation `s` leaves a wave of frequency `f` its `exp(-(s f)^2 / 2)`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import torch
from sklearn.metrics import average_precision_score

from bench.dev.screening import Kind, kinds
from methods.dot.method import DOT
from simulators.streams import stream
from simulators.structural.simulator import Structural


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each standard deviation and a column for each seed."""
    named = {kind.name: kind for kind in kinds()}
    parser = argparse.ArgumentParser(prog="python -m bench.dev.input_noise")
    parser.add_argument("--kind", choices=named, default="nonmonotonic hard")
    parser.add_argument("--noise", type=float, nargs="+", default=[0.2, 0.1, 0.05])
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(f"AUPRC of dot, {asked.kind}, {asked.steps:,} steps, seeds {asked.seeds}")
    for noise in asked.noise:
        row = [auprc(named[asked.kind], asked.steps, seed, noise) for seed in asked.seeds]
        print(f"{noise:6g}" + "".join(f"{score:8.3f}" for score in row), flush=True)


def auprc(kind: Kind, steps: int, seed: int, noise: float) -> float:
    """Return the AUPRC over all lagged links of one system."""
    system = Structural(min_effect=0.05, **kind.parameters).draw(seed)
    method = DOT(find_regimes=False, input_noise=noise)
    series, rng = system.generate(steps).series, stream(seed, "x")
    graph = method.discover(series, max_lag=system.max_lag, rng=rng)
    true = system.truth.scores[:, :, 1:] > 0
    scores = np.nan_to_num(graph.scores[:, :, 1:])
    return float(average_precision_score(true.ravel(), scores.ravel()))


if __name__ == "__main__":
    main()
