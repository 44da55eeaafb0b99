"""What lies in `results/`, where it comes from, and what of it is older than the code."""

from __future__ import annotations

import functools
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import methods.registry
import simulators
from bench.dev.docs import kinds
from bench.dev.docs.read import RESULTS, long
from bench.report.markdown import markdown_table

if TYPE_CHECKING:
    import pandas as pd


def tables() -> list[str]:
    """Return the long tables of `results/` by their paths without `.parquet`."""
    found = sorted(RESULTS.glob("*/*.parquet"))
    return [str(path.relative_to(RESULTS).with_suffix("")) for path in found]


def contents() -> str:
    """Return the table of all long tables: what was run, by which code, on which machine."""
    rows = []
    for name in tables():
        table = long(name)
        one = table.drop_duplicates("key")
        ended = (one["status"] == "ok").sum()
        rows.append(
            [
                f"`{name}.parquet`",
                f"{ended:,} of {len(one):,}",
                _range(one["n_samples"]),
                _range(one["seed"]).replace(",", ""),
                str(one["method"].nunique()),
                ", ".join(_commits(one)),
                ", ".join([*(_known(one, "cpu") or ["unknown"]), *_known(one, "device")]),
            ]
        )
    heads = ["table", "runs with a score", "steps", "seeds", "methods", "code", "machine"]
    return markdown_table(heads, rows)


def stale() -> str:
    """Return what of the long tables is of older systems or methods than today's, as a list."""
    lines = []
    for name in tables():
        found = ", ".join(older(long(name)))
        said = f"older: {found}" if found else "of today's systems and methods"
        lines.append(f"- `{name}.parquet`: {said}.")
    return "\n".join(lines)


def shown() -> str:
    """Return the sentence that says which of the methods on kinds of data are not today's."""
    found = ", ".join(sorted({text for name in kinds.TABLES for text in older(long(name))}))
    if not found:
        return "All systems and methods in these runs are of the versions that the code has."
    return f"Of another version than the code's in these runs: {found}."


def older(table: pd.DataFrame) -> Iterator[str]:
    """Yield each kind of system and method whose version in the table is not today's."""
    for what, load in (("kind", simulators.load), ("method", methods.registry.load)):
        column = "simulator_version" if what == "kind" else "method_version"
        made = table.assign(version=table.get(column, 1)).groupby(what)["version"].unique()
        for name, found in made.items():
            today = load(str(name)).version
            for version in sorted(set(found) - {today}):
                yield f"`{name}` {version} (now {today})"


def _range(values: pd.Series[int]) -> str:
    low, high = values.min(), values.max()
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _known(table: pd.DataFrame, column: str) -> list[str]:
    return sorted(table[column].dropna().unique()) if column in table else []


def _commits(table: pd.DataFrame) -> Iterator[str]:
    """Yield each version of the code, with the day of its commit."""
    for code in _known(table, "lagbench"):
        found = re.search(r"\+(\w+)", code)
        day = day_of(found[1]) if found else None
        yield f"{code} of {day}" if day else code


@functools.cache
def day_of(commit: str) -> str | None:
    """Return the day of a commit, or None where git does not know it."""
    asked = ["git", "show", "-s", "--format=%cs", commit]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=RESULTS, check=False)
    return done.stdout.strip() or None


PARTS: Mapping[str, Callable[[], str]] = {"contents": contents, "stale": stale, "shown": shown}
"""The parts of the documents that say where results come from."""
