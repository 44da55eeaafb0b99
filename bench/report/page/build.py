"""The folder `report/`: a page that needs no network, and its tables and figures as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.analysis import ExperimentResults, Leaderboard, experiment_results, make_leaderboard
from bench.analysis.comparison import compare, make_average, residuals
from bench.analysis.conditions import make_conditions
from bench.analysis.cuts import cut_results
from bench.analysis.experiment import summarise
from bench.analysis.leaderboard import usual_settings
from bench.analysis.leaders import leaders
from bench.analysis.published import averages, curves, read_reference
from bench.claims import Evidence, judge
from bench.config.claim import Claim, paper_claims
from bench.config.compose import Experiment
from bench.report import labels
from bench.report.charts.files import save
from bench.report.charts.panels import Panels
from bench.report.claims import claims_table
from bench.report.page import counts, scores
from bench.report.page.average import average
from bench.report.page.claims import claims
from bench.report.page.conditions import conditions
from bench.report.page.forecasts import forecasts
from bench.report.page.graphs import examples
from bench.report.page.ranks import ranks
from bench.report.page.render import Contents, render
from bench.report.page.table import Table
from bench.report.saving import ALL_FORMATS
from bench.report.styles import styles_of
from bench.store import MadeBy, Record, Store
from bench.store.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_page"]

_MARKDOWN = (
    *("leaderboard", "incomplete", "average", "claims", "conditions", "published", "residuals"),
    *("coverage", "failures", "forecasts"),
)


@dataclass
class _Reader:
    """Reads records, and counts who made them."""

    read: Callable[[str], Record | None]
    made_by: dict[str, str] = field(default_factory=dict)

    def __call__(self, key: str) -> Record | None:
        record = self.read(key)
        if record is not None:
            self.made_by[key] = _maker(record.made_by)
        return record


def write_page(
    name: str,
    planned: Sequence[Experiment],
    read: Callable[[str], Record | None],
    root: Path,
    reference: str | None = None,
    into: str = "report",
) -> Path:
    """Write the report on experiments to a folder of `root` and return the page.

    Parameters
    ----------
    name
        What the report is on.
    planned
        The experiments. Cells without a record are shown as not run.
    read
        Returns the record of a key, or None.
    root
        Folder of the run, with its stored graphs for views with cuts. Published numbers are those
        of `reference.csv` there or in the sibling folder `paper`.
    reference
        Method from which the leaderboard subtracts all others; see `make_leaderboard`.
    into
        Name of the folder that takes the page, its tables and its figures.
    """
    folder, reader = root / into, _Reader(read)
    contents, frames = _contents(name, planned, reader, root, reference)
    _write_tables(contents, frames, folder)
    _write_figures(contents, folder / "figures")
    write_text(folder / "index.html", render(contents))
    return folder / "index.html"


def _contents(
    name: str, planned: Sequence[Experiment], reader: _Reader, root: Path, reference: str | None
) -> tuple[Contents, dict[str, pd.DataFrame]]:
    """Return what the page shows, and the tables that are written as files."""
    experiments = [experiment_results(part, reader) for part in planned]
    cells = {cell.key: cell for part in planned for cell in part.cells}
    cut = {s.name: cut_results(s, Store(root).graphs) for s in experiments if s.view.cuts}
    shown = [cut.get(experiment.name, experiment) for experiment in experiments]
    board = make_leaderboard(experiments, list(cells.values()), reference)
    summaries = {experiment.name: summarise(experiment) for experiment in shown}
    claimed = _claims(summaries)
    # What a publication says stands only beside experiments of its own.
    numbers = read_reference(root)
    numbers = numbers if claimed else numbers[:0]
    published = {s.name: curves(s.view.published, numbers) for s in shown}
    compared = compare(shown, summaries, published)
    evidence = Evidence([*experiments, *cut.values()], cells, usual_settings([*cells.values()]))
    frames = {
        "leaderboard": board.table,
        "average": make_average(experiments, list(cells.values()), averages(numbers)),
        "claims": claims_table(judge(claimed, evidence)),
        "conditions": make_conditions(experiments),
        "published": compared,
        "residuals": residuals(compared),
        "points": _points(summaries),
    }
    tables = {
        **_score_tables(board, frames),
        **_count_tables(experiments, reader),
        "forecasts": forecasts(experiments),
        **{f"points-{s.name}": scores.points(s, summaries[s.name]) for s in shown},
    }
    panels = _panels(shown, summaries, published)
    leading = leaders(experiments, [*cells.values()])
    charts = {f"ranks_{protocol}": ranks(found) for protocol, found in board.ranks.items()}
    charts["average"] = average(frames["average"])
    drawn = {name: chart for name, chart in charts.items() if chart is not None}
    found = {s.name: examples(s, Store(root).graphs) for s in experiments}
    return Contents(name, board, leading, drawn, tables, panels, found), frames


def _claims(names: Collection[str]) -> list[Claim]:
    """Return the claims about these experiments, and those about all of them if there are some."""
    own = {claim.experiment for claim in paper_claims()} & set(names)
    kept = {None, *own} if own else set()
    return [claim for claim in paper_claims() if claim.experiment in kept]


def _maker(made_by: MadeBy) -> str:
    where = f"{made_by.host.cpu or 'unknown CPU'}, {made_by.device or 'cpu'}"
    return f"lagbench {made_by.code} on {where}"


def _points(summaries: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([table.assign(experiment=name) for name, table in summaries.items()])


def _score_tables(board: Leaderboard, frames: Mapping[str, pd.DataFrame]) -> dict[str, Table]:
    makers = (scores.average, claims, conditions, scores.published, scores.residuals)
    tables = {make.__name__: make(frames[make.__name__]) for make in makers}
    boards = {"leaderboard": scores.leaderboard(board), "incomplete": scores.incomplete(board)}
    return {**boards, **tables}


def _count_tables(experiments: Sequence[ExperimentResults], reader: _Reader) -> dict[str, Table]:
    return {
        "coverage": counts.coverage(experiments),
        "failures": counts.failures(experiments),
        "makers": counts.makers(Counter(reader.made_by.values())),
    }


def _panels(
    experiments: Sequence[ExperimentResults],
    summaries: Mapping[str, pd.DataFrame],
    published: Mapping[str, pd.DataFrame],
) -> list[Panels]:
    everything = (*summaries.values(), *published.values())
    styles = styles_of({labels.method(name) for table in everything for name in table["method"]})
    return [Panels(s, summaries[s.name], published[s.name], styles) for s in experiments]


def _write_tables(contents: Contents, frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        write_text(folder / f"{name}.csv", frame.to_csv(index=False, float_format="%.6g"))
    for name in _MARKDOWN:
        write_text(folder / f"{name}.md", contents.tables[name].markdown())
    names = [panels.experiment.name for panels in contents.panels]
    points = (f"# {n}\n\n{contents.tables[f'points-{n}'].markdown()}" for n in names)
    write_text(folder / "points.md", "\n".join(points))


def _write_figures(contents: Contents, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for panels in contents.panels:
        if panels.metrics:
            save(panels.file(), folder / panels.experiment.name, ALL_FORMATS)
    for name, chart in contents.charts.items():
        save(chart, folder / name, ALL_FORMATS)
