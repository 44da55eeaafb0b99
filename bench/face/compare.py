"""Methods on systems in this process, as a frame: for notebooks and small questions.

`lagbench run` does the same for large ones. It keeps records, runs each cell in a process of its
own within limits, and hides the truth from it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bench.face.problems import Methods, Problem, Systems, built, problems
from bench.run.fit import told
from bench.scoring import score as scores
from methods import LaggedGraph, Method
from methods.discovery import one_thread
from simulators import stream

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("system", "n_samples", "seed", "method", "status", "reason", "cpu_seconds"),
    *("level", "scope", "metric", "value", "floor", "ceiling"),
)
"""The columns of a comparison."""


def compare(
    systems: Systems,
    methods: Methods,
    *,
    n_samples: int | Sequence[int] = 1000,
    seeds: Sequence[int] = (0, 1, 2),
) -> pd.DataFrame:
    """Run every method on every system, length and seed, and score what it finds.

    Series, random numbers and scores are those of `lagbench run` for methods and systems that
    are given by their names. Whatever a method raises is in its rows.

    Parameters
    ----------
    systems
        Names of `lagbench list simulators` or simulators, in a list or by names of your own.
        By a name it may also be `(data, truth)`: a frame or `TimeSeries` of yours and its graph.
    methods
        Names of `lagbench list methods`, `module:Class`, or methods, likewise.
    n_samples
        Time steps of the drawn series; several make a row each.
    seeds
        Seeds of the drawn systems, at least 0.

    Returns
    -------
    pandas.DataFrame
        One row per run and metric with the columns of `COLUMNS`; `floor` is the chance level and
        `ceiling` what the same rule gives an oracle. A run without scores is one row, whose
        `status` and `reason` say why. `table` makes a table of it.

    Raises
    ------
    ValueError
        For an unknown name, two of one name, or a system that cannot be drawn.
    """
    import pandas as pd

    chosen = built(methods)
    lengths = [n_samples] if isinstance(n_samples, int) else n_samples
    rows = (
        row
        for problem in problems(systems, lengths, seeds)
        for name, method in chosen.items()
        for row in _rows(problem, name, method)
    )
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(problem: Problem, name: str, method: Method) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {
        "system": problem.system,
        "n_samples": problem.n_samples,
        "seed": problem.seed,
        "method": name,
        "status": "ok",
        "reason": None,
    }
    try:
        with one_thread(method):
            started = time.process_time()
            rng = stream(problem.seed, "method", name)
            graph = method.discover(problem.series, max_lag=problem.max_lag, rng=rng)
            head["cpu_seconds"] = time.process_time() - started
    except Exception as error:  # noqa: BLE001 - a failed run is a row, whatever it raised
        status, reason, _ = told(error)
        yield head | {"status": status, "reason": reason}
        return
    for row in score(graph, problem.truth, seed=problem.seed).to_dict("records"):
        yield head | {str(column): value for column, value in row.items()}


def score(graph: LaggedGraph, truth: LaggedGraph, *, seed: int = 0) -> pd.DataFrame:
    """Score a graph against the true one, at every level and by every rule.

    Parameters
    ----------
    graph
        What a method has found.
    truth
        The same names and largest lag; `adjacency` holds the edges and `scores` the sizes of
        their effects. A summary graph has the shape `(n, n, 1)`.
    seed
        Of the random numbers of the chance level.

    Returns
    -------
    pandas.DataFrame
        Columns `level`, `scope`, `metric`, `value`, `floor` and `ceiling`; `bench.scoring.Score`
        has what they are.

    Raises
    ------
    ValueError
        If names or shapes differ, or the truth has no adjacency.
    """
    import pandas as pd

    return pd.DataFrame(scores(graph, truth, stream(seed, "floor")))
