"""`report/`: one page that needs no network, its tables as CSV and Markdown, its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.comparison import compare, make_average, residuals
from bench.analysis.cuts import cut_results
from bench.analysis.experiment import ExperimentResults, experiment_results, summarise
from bench.analysis.leaderboard import (
    Leaderboard,
    make_leaderboard,
    usual_settings,
)
from bench.analysis.published import averages, curves, read_reference
from bench.claims import Evidence, judge
from bench.config.claim import paper_claims
from bench.config.compose import Experiment
from bench.report.claims import claims_table
from bench.report.figures import save
from bench.report.page import tables
from bench.report.page.average import average_svg, save_average
from bench.report.page.panels import Drawing, heading
from bench.report.page.ranks import draw_ranks, rank_svg
from bench.report.page.table import Table
from bench.report.styles import outline, styles_of, variables
from bench.store.atomic import write_text
from bench.store.schema import MadeBy, Record
from bench.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_page"]

_MARKDOWN = ("leaderboard", "average", "claims", "published", "residuals", "coverage", "failures")


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
) -> Path:
    """Write the report on experiments to `root/report` and return the page.

    Parameters
    ----------
    name
        What the report is on.
    planned
        The experiments; whatever of their cells has no record is marked as not run.
    read
        Returns the record of a key, or None.
    root
        Folder of the run; published numbers are looked for there and in `paper` beside it, and
        stored graphs there, for views with cuts.
    reference
        Method from which the leaderboard subtracts all others; see `make_leaderboard`.
    """
    results = _analyse(planned, _Reader(read), root, reference)
    made = _tables(results)
    folder = root / "report"
    folder.mkdir(parents=True, exist_ok=True)
    _write_tables(made, results.frames, folder)
    _write_figures(results.board, results.drawings, folder / "figures")
    save_average(results.frames["average"], folder / "figures" / "average")
    page = folder / "index.html"
    write_text(page, _render(name, results, made))
    return page


@dataclass(frozen=True)
class _Results:
    """All that the page is made of; `shown` has the cut graphs of experiments with cuts."""

    experiments: Sequence[ExperimentResults]
    shown: Sequence[ExperimentResults]
    summaries: Mapping[str, pd.DataFrame]
    board: Leaderboard
    frames: Mapping[str, pd.DataFrame]
    drawings: Sequence[Drawing]
    makers: Mapping[str, int]


def _analyse(
    planned: Sequence[Experiment], reader: _Reader, root: Path, reference: str | None
) -> _Results:
    import pandas as pd

    plain = [experiment_results(part, reader) for part in planned]
    cells = {cell.key: cell for part in planned for cell in part.cells}
    every = list(cells.values())
    board = make_leaderboard(plain, every, reference)
    cut = {e.name: cut_results(e, Store(root).graphs) for e in plain if e.view.cuts}
    shown = [cut.get(experiment.name, experiment) for experiment in plain]
    summaries = {experiment.name: summarise(experiment) for experiment in shown}
    numbers = read_reference(root)
    published = {e.name: curves(e.view.published, numbers) for e in shown}
    compared = compare(shown, summaries, published)
    evidence = Evidence([*plain, *cut.values()], cells, usual_settings(every))
    frames = {
        "leaderboard": board.table,
        "average": make_average(plain, every, averages(numbers)),
        "claims": claims_table(judge(paper_claims(), evidence)),
        "published": compared,
        "residuals": residuals(compared),
        "points": pd.concat([s.assign(experiment=name) for name, s in summaries.items()]),
    }
    drawings = _drawings(shown, summaries, published)
    makers = Counter(reader.made_by.values())
    return _Results(plain, shown, summaries, board, frames, drawings, makers)


def _maker(made_by: MadeBy) -> str:
    where = f"{made_by.host.cpu or 'unknown CPU'}, {made_by.device or 'cpu'}"
    return f"lagbench {made_by.code} on {where}"


def _tables(results: _Results) -> dict[str, Table]:
    made = (tables.average, tables.claims, tables.published, tables.residuals)
    summaries = results.summaries
    return {
        "leaderboard": tables.leaderboard(results.board),
        **{table.__name__: table(results.frames[table.__name__]) for table in made},
        "coverage": tables.coverage(results.experiments),
        "failures": tables.failures(results.experiments),
        "makers": tables.makers(results.makers),
        **{f"points-{e.name}": tables.points(e, summaries[e.name]) for e in results.shown},
    }


def _drawings(
    experiments: Sequence[ExperimentResults],
    summaries: Mapping[str, pd.DataFrame],
    published: Mapping[str, pd.DataFrame],
) -> list[Drawing]:
    everything = (*summaries.values(), *published.values())
    styles = styles_of({method for table in everything for method in table["method"]})
    return [Drawing(s, summaries[s.name], published[s.name], styles) for s in experiments]


def _write_tables(
    shown: Mapping[str, Table], frames: Mapping[str, pd.DataFrame], folder: Path
) -> None:
    for name, frame in frames.items():
        write_text(folder / f"{name}.csv", frame.to_csv(index=False, float_format="%.6g"))
    for name in _MARKDOWN:
        write_text(folder / f"{name}.md", shown[name].markdown())
    points = {name: table for name, table in shown.items() if name.startswith("points-")}
    parts = (f"# {name[7:]}\n\n{table.markdown()}" for name, table in points.items())
    write_text(folder / "points.md", "\n".join(parts))


def _write_figures(board: Leaderboard, drawings: Sequence[Drawing], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for drawing in drawings:
        drawing.write_files(folder)
    for protocol, ranks in board.ranks.items():
        if len(ranks.average) > 1:
            figure = draw_ranks(ranks)
            save(figure, folder / f"ranks_{protocol}", (".png", ".svg", ".pdf"))


def _render(name: str, results: _Results, shown: Mapping[str, Table]) -> str:
    import jinja2

    board, means = results.board, results.frames["average"]

    here = resources.files("bench.report.page")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((here / "page.html").read_text(encoding="utf-8"))
    return template.render(
        name=name,
        board=board,
        tables=shown,
        average=average_svg(means),
        n_shared=int(means["n_shared"].max()) if len(means) else 0,
        experiments=[_shown(drawing) for drawing in results.drawings],
        ranks={protocol: rank_svg(ranks, protocol) for protocol, ranks in board.ranks.items()},
        colours=variables().values(),
        style=(here / "style.css").read_text(encoding="utf-8"),
        script=(here / "script.js").read_text(encoding="utf-8"),
    )


def _shown(drawing: Drawing) -> dict[str, Any]:
    """Return what the template shows of an experiment."""
    experiment, styles = drawing.experiment, drawing.styles
    here = {*experiment.cells["method"], *drawing.published["method"]}
    missing = experiment.cells["status"] == "missing"
    return {
        "name": experiment.name,
        "about": experiment.about,
        "planned": experiment.cells["key"].nunique(),
        "missing": experiment.cells.loc[missing, "key"].nunique(),
        "published": not drawing.published.empty,
        "legend": [
            (method, variables()[style.colour][0], outline(style))
            for method, style in styles.items()
            if method in here
        ],
        "panels": {heading(metric): svgs for metric, svgs in drawing.panels().items()},
    }
