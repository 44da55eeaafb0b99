"""All methods over all experiments: means, paired differences to one of them, average ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.analysis.experiment import COST, PROBLEM, Section
from bench.analysis.intervals import Ranks, average_ranks, estimate, paired
from bench.config.cell import Cell, canonical

if TYPE_CHECKING:
    import pandas as pd

PROTOCOLS = {"paper": "f1 paper", "fair": "f1 fair"}


@dataclass(frozen=True)
class Leaderboard:
    """All methods at their usual settings.

    Parameters
    ----------
    reference
        The method from which all others are subtracted.
    table
        One row per method and protocol: method, protocol, mean, low, high, difference,
        difference_low, difference_high, n_pairs (seeds with a pair), rank, n_ok, n_planned,
        cpu_seconds. Best mean first; NaN where nothing was run.
    ranks
        Average ranks by protocol, of the methods that have a score under at least half of the
        conditions and seeds under which any has one.
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
    sections: Sequence[Section], cells: Sequence[Cell]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the `rows` and the `cells` of all sections at the usual settings of each method.

    Methods have their plain names, and each row has its `experiment`.
    """
    import pandas as pd

    usual, names = usual_settings(cells), {cell.key: cell.method for cell in cells}
    rows, runs = (
        pd.concat([getattr(s, part).assign(experiment=s.name) for s in sections])
        for part in ("rows", "cells")
    )
    rows, runs = (part[part["key"].isin(usual)] for part in (rows, runs))
    rows, runs = (part.assign(method=part["key"].map(names)) for part in (rows, runs))
    return rows, runs


def make_leaderboard(
    sections: Sequence[Section], cells: Sequence[Cell], reference: str | None
) -> Leaderboard:
    """Return the leaderboard of all sections.

    Without a `reference` it is `dot`, or the best method under the fair protocol where `dot` has
    not been run. Variants of a method have their place in their experiment only.

    Raises
    ------
    ValueError
        If the reference is no method of the cells.
    """
    import pandas as pd

    known = {cell.method for cell in cells}
    if reference is not None and reference not in known:
        listed = ", ".join(sorted(known))
        raise ValueError(f"reference: expected one of {listed}, found {reference}")
    rows, runs = at_usual_settings(sections, cells)
    # An experiment may hold cells of another.
    rows, runs = rows.drop_duplicates(["key", "metric"]), runs.drop_duplicates("key")
    scores = {name: _scores(rows, metric) for name, metric in PROTOCOLS.items()}
    reference = reference or _reference(scores["fair"], runs)
    ranks = {name: _ranks(table) for name, table in scores.items()}
    table = pd.DataFrame(
        [
            _row(protocol, str(method), scores[protocol], reference, ranks[protocol], own)
            for method, own in runs.groupby("method")
            for protocol in PROTOCOLS
        ]
    )
    return Leaderboard(reference, table.sort_values("mean", ascending=False), ranks)


def _scores(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the value of each method (columns) on each problem (rows)."""
    part = rows[rows["metric"] == metric]
    return part.pivot_table(index=PROBLEM, columns="method", values="value")


def _reference(scores: pd.DataFrame, runs: pd.DataFrame) -> str:
    if "dot" in scores:
        return "dot"
    return str(scores.mean().idxmax()) if scores.size else str(runs["method"].min())


def _ranks(scores: pd.DataFrame) -> Ranks:
    """Rank on systems: the mean over lengths and axes, which share draws, is one score.

    It is over the conditions under which all ranked methods have a score.
    """
    often = scores.notna().mean() >= 0.5
    complete = scores.loc[:, often].dropna()
    return average_ranks(complete.groupby(["simulator", "seed"]).mean())


def _row(
    protocol: str,
    method: str,
    scores: pd.DataFrame,
    reference: str,
    ranks: Ranks,
    runs: pd.DataFrame,
) -> dict[str, Any]:
    import pandas as pd

    nothing = pd.Series(dtype=float, index=scores.index)
    own = scores.get(method, nothing)
    mean = estimate(own.groupby(level="seed").mean()).within(0, 1)
    difference = paired(own, scores.get(reference, nothing)).within(-1, 1)
    return {
        **{"method": method, "protocol": protocol},
        **{"mean": mean.mean, "low": mean.low, "high": mean.high},
        "difference": difference.mean,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "n_pairs": difference.n,
        "rank": ranks.average.get(method, float("nan")),
        **{"n_ok": int((runs["status"] == "ok").sum()), "n_planned": len(runs)},
        COST: runs[COST].astype(float).mean(),
    }
