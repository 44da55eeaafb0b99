"""All methods over all experiments: means and differences where they have all run, and ranks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import COST, ExperimentResults
from bench.analysis.intervals import NOTHING, SYSTEM, Pair, estimate, pair
from bench.analysis.ranks import Ranks, average_ranks
from bench.config import Cell
from bench.config.cell import canonical
from bench.config.protocol import f1_of, shipped
from methods.types.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = (0.0, 1.0)


@dataclass(frozen=True)
class Leaderboard:
    """All methods at their usual settings.

    Parameters
    ----------
    reference
        The method that is subtracted from all others.
    table
        One row per method and protocol: method, protocol, mean, low, high, n_conditions,
        difference, difference_low, difference_high, anew_low, anew_high, n_pairs, rank, n_ok,
        n_planned, cpu_seconds. The ranked methods come first, best mean first. Their numbers are
        over the systems on which they all have a score; a method without a rank has the mean over
        its own and no difference. `anew` is the interval over new conditions. NaN where nothing
        was run.
    ranks
        Average ranks by protocol.
    """

    reference: str
    table: pd.DataFrame
    ranks: Mapping[str, Ranks]


def usual_settings(cells: Sequence[Cell]) -> set[str]:
    """Return the keys of the cells at the parameters that their method has most often."""
    counts: dict[str, Counter[str]] = {}
    for cell in cells:
        counts.setdefault(cell.method, Counter())[_settings(cell)] += 1
    usual = {method: found.most_common(1)[0][0] for method, found in counts.items()}
    return {cell.key for cell in cells if _settings(cell) == usual[cell.method]}


def _settings(cell: Cell) -> str:
    return repr(canonical(cell.method_params))


def at_usual_settings(
    experiments: Sequence[ExperimentResults], cells: Sequence[Cell]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the `rows` and the `cells` of all experiments at the usual settings of each method.

    Methods have their plain names, and each row the `point` of its cell. A cell of several
    experiments is there once.
    """
    import pandas as pd

    usual, by_key = usual_settings(cells), {cell.key: cell for cell in cells}
    rows, runs = (pd.concat([getattr(s, part) for s in experiments]) for part in ("rows", "cells"))
    rows, runs = rows.drop_duplicates(["key", "metric"]), runs.drop_duplicates("key")
    rows, runs = (part[part["key"].isin(usual)] for part in (rows, runs))
    rows, runs = (
        part.assign(
            method=[by_key[key].method for key in part["key"]],
            point=[by_key[key].point for key in part["key"]],
        )
        for part in (rows, runs)
    )
    return rows, runs


def make_leaderboard(
    experiments: Sequence[ExperimentResults], cells: Sequence[Cell], reference: str | None
) -> Leaderboard:
    """Return the leaderboard of all experiments.

    Without a `reference` it is `dot`, or the best method under the fair protocol where `dot` has
    not been run. Variants of a method have their place in their experiment only.

    Raises
    ------
    InputError
        If the reference is no method of the cells.
    """
    import pandas as pd

    known = {cell.method for cell in cells}
    if reference is not None and reference not in known:
        listed = ", ".join(sorted(known))
        raise InputError(f"reference: expected one of {listed}, found {reference}")
    rows, runs = at_usual_settings(experiments, cells)
    scores = {name: scores_of(rows, f1_of(name)) for name in shipped()}
    reference = reference or _reference(scores["fair"], runs)
    own = {str(method): group for method, group in runs.groupby("method")}
    ranks, parts = {}, []
    for protocol, table in scores.items():
        common = shared(table)
        # Lengths share the draws of a seed: their mean is one value.
        ranks[protocol] = average_ranks(common.groupby(["point", "condition"]).mean())
        for method, planned in own.items():
            head = {"method": method, "protocol": protocol}
            compared = _compared(method, table, common, reference)
            rank = ranks[protocol].average.get(method, math.nan)
            parts.append(head | compared | {"rank": rank} | _counts(planned))
    board = pd.DataFrame(parts)
    board = board.assign(ranked=board["rank"].notna())
    board = board.sort_values(["ranked", "mean"], ascending=False, kind="stable")
    return Leaderboard(reference, board.drop(columns="ranked"), ranks)


def scores_of(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the value of each method (columns) on each system (rows)."""
    part = rows[rows["metric"] == metric]
    return part.pivot_table(index=[*SYSTEM, "point"], columns="method", values="value")


def shared(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of the methods that are ranked, on the systems on which all have one.

    Ranked are methods with a score on at least half as many systems as the method with most.
    """
    counts = scores.notna().sum()
    often: pd.DataFrame = scores.loc[:, (counts > 0) & (counts >= counts.max() / 2)]
    return often.dropna()


def _reference(scores: pd.DataFrame, runs: pd.DataFrame) -> str:
    common = shared(scores)
    if "dot" in scores:
        return "dot"
    return str(common.mean().idxmax()) if common.size else str(runs["method"].min())


def _compared(
    method: str, scores: pd.DataFrame, common: pd.DataFrame, reference: str
) -> dict[str, Any]:
    """Return mean and difference on what all ranked methods share; the mean alone for others."""
    import pandas as pd

    nothing = pd.Series(dtype=float, index=scores.index)
    ranked = method in common
    mean = estimate(common[method] if ranked else scores.get(method, nothing), _LIMITS)
    both = Pair(mean, NOTHING, NOTHING, NOTHING)
    if ranked and reference in common:
        both = pair(common[method], common[reference], _LIMITS)
    return {
        **{"mean": mean.mean, "low": mean.low, "high": mean.high},
        "n_conditions": mean.conditions,
        "difference": both.difference.mean,
        "difference_low": both.difference.low,
        "difference_high": both.difference.high,
        "anew_low": both.anew.low,
        "anew_high": both.anew.high,
        "n_pairs": both.difference.n,
    }


def _counts(runs: pd.DataFrame) -> dict[str, Any]:
    return {
        "n_ok": int((runs["status"] == "ok").sum()),
        "n_planned": len(runs),
        COST: runs[COST].astype(float).mean(),
    }
