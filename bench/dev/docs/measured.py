"""What the documents say of results, computed from the committed tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.dev.docs.kinds import MARGIN, kinds
from bench.dev.docs.read import runs
from bench.report.markdown import markdown_table

if TYPE_CHECKING:
    import pandas as pd

ORDER = (
    *("easy", "medium", "hard", "linear", "gaussian_process"),
    *("pool", "found:evidence", "found:ruptures", "told"),
)
"""The order of levels, functions and choices in a table."""


def which_method() -> str:
    """Return the table of which method is best on which kind of data, and which is cheap."""
    rows = []
    for data in kinds():
        means, seconds = data.means(), data.means("cpu_seconds")
        best, *others = data.leaders()
        cheapest = min([best, *others], key=lambda name: seconds[name])
        rows.append(
            [
                data.name,
                f"`{best}` {means[best]:.2f}",
                ", ".join(f"`{name}`" for name in others) or "-",
                f"`{cheapest}` {seconds[cheapest]:.1f} s",
                f"{means['correlation']:.2f}" if "correlation" in means else "-",
                f"{data.runs['floor'].mean():.2f}",
            ]
        )
    heads = [
        "data",
        "best AUPRC",
        f"within {MARGIN}",
        "cheapest of these",
        "correlation",
        "chance",
    ]
    return markdown_table(heads, rows)


def dot_loses() -> str:
    """Return the sentence that says on what data `dot` is not among the leaders."""
    behind = []
    for data in kinds():
        means, leaders = data.means(), data.leaders()
        if "dot" not in leaders:
            best = leaders[0]
            behind.append(f"{data.name} ({means['dot']:.2f}, `{best}` has {means[best]:.2f})")
    return (
        f"`dot` loses on {'; '.join(behind)}." if behind else "`dot` is behind on none of these."
    )


def on_functions(name: str, groups: Sequence[str]) -> str:
    """Return mean AUPRC and CPU seconds: a row per group and method, a column per simulator.

    Lengths and numbers of variables are groups too where there are several.
    """
    rows = runs(name)
    sizes = [size for size in ("n_samples", "graph.n_vars") if rows[size].nunique() > 1]
    by = [*groups, *sizes, "method"]
    table = rows.pivot_table("auprc", by, "simulator")
    table.insert(0, "mean", table.mean(axis=1))
    table["CPU s"] = rows.groupby(by)["cpu_seconds"].mean()
    table = table.reset_index().sort_values("mean", ascending=False).drop(columns="mean")
    return _written(
        _ordered(table, groups), decimals={"CPU s": 1, "n_samples": 0, "graph.n_vars": 0}
    )


def of_regimes() -> str:
    """Return what each method reaches with each choice of regimes."""
    rows = runs("regimes/long")
    choice = (rows["regimes"] + ":" + rows["finder"]).str.rstrip(":")
    rows = rows.assign(functions=rows["mechanism"], regimes=choice)
    columns = {
        "auprc": "AUPRC",
        "f1@own": "F1 (own decision)",
        "ari": "ARI",
        "border_f1": "F1 of borders",
        "cpu_seconds": "CPU s",
    }
    by = ["functions", "regimes", "method"]
    table = rows.groupby(by, sort=False)[[*columns]].mean().rename(columns=columns)
    table = table.reset_index().sort_values(["functions", "AUPRC"], ascending=False)
    return _written(_ordered(table, ["functions", "regimes"]), decimals={"CPU s": 1})


def of_finders() -> str:
    """Return how well each finder finds regimes, where there is more than one to find."""
    rows = runs("regimes/finders").dropna(subset=["ari"])
    columns = {
        "ari": "ARI",
        "n_error": "error of their number",
        "border_precision": "precision of borders",
        "border_recall": "recall of borders",
        "cpu_seconds": "CPU s",
        "key": "systems",
    }
    rows = rows.rename(columns={"n_samples": "steps", "regimes": "choice"})
    rows = rows.rename(columns={"regimes.n_regimes": "regimes"})
    by = ["steps", "regimes", "finder"]
    means = {name: (name, "size" if name == "key" else "mean") for name in columns}
    table = rows.groupby(by).agg(**means).rename(columns=columns).reset_index()
    return _written(table, decimals={"steps": 0, "regimes": 0, "CPU s": 1, "systems": 0})


def _ordered(table: pd.DataFrame, groups: Iterable[str]) -> pd.DataFrame:
    """Return the rows sorted by the groups, in the order of `ORDER`, otherwise as they are."""
    places = {value: place for place, value in enumerate(ORDER)}
    for name in reversed([*groups]):
        table = table.sort_values(name, key=lambda values: values.map(places), kind="stable")
    return table


def _written(table: pd.DataFrame, decimals: Mapping[str, int]) -> str:
    """Return a frame as Markdown with two decimals, or as many as are said for a column."""

    def text(name: str, value: Any) -> str:
        if isinstance(value, str):
            return value
        return "" if value != value else f"{value:,.{decimals.get(name, 2)}f}"

    rows = table.to_dict("records")
    written = [[text(str(name), value) for name, value in row.items()] for row in rows]
    return markdown_table([str(name) for name in table.columns], written)


PARTS: Mapping[str, Callable[[], str]] = {
    "which_method": which_method,
    "dot_loses": dot_loses,
    "unknown_functions": lambda: on_functions("unknown_functions/long", ["difficulty"]),
    "nonlinear_tests": lambda: on_functions("nonlinear_tests/long", []),
    "regimes": of_regimes,
    "finders": of_finders,
}
"""The parts of the documents that follow from the results."""
