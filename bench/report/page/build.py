"""`report/`: one page that needs no network, its tables as CSV and Markdown, its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.analysis.comparison import compare, make_average, residuals
from bench.analysis.cuts import cut_section
from bench.analysis.experiment import Section, make_section, summarise
from bench.analysis.leaderboard import Leaderboard, make_leaderboard, usual_settings
from bench.analysis.published import averages, curves, read_reference
from bench.claims.evidence import Evidence
from bench.claims.verdicts import judge
from bench.config.cell import Cell
from bench.config.statement import load_statements
from bench.config.view import View
from bench.report.page import tables
from bench.report.page.average import average_svg, save_average
from bench.report.page.ranks import ranks_svg, save_ranks
from bench.report.page.svg import inline
from bench.report.page.table import Table
from bench.report.panels import Panels, heading
from bench.report.saving import ALL_FORMATS
from bench.report.styles import outline, styles_of, variables
from bench.store import provenance
from bench.store.atomic import write_text
from bench.store.record import Record
from bench.store.store import Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Part", "write_page"]

_MARKDOWN = ("leaderboard", "average", "claims", "published", "residuals", "coverage", "failures")


@dataclass(frozen=True)
class Part:
    """An experiment to be shown: its name, one line about it, how it is shown, its cells."""

    name: str
    about: str
    view: View
    cells: Sequence[Cell]


@dataclass
class _Reader:
    """Reads records, and counts who made them."""

    read: Callable[[str], Record | None]
    made_by: dict[str, str] = field(default_factory=dict)

    def __call__(self, key: str) -> Record | None:
        record = self.read(key)
        if record is not None:
            self.made_by[key] = _maker(record)
        return record


def write_page(
    name: str,
    parts: Sequence[Part],
    read: Callable[[str], Record | None],
    root: Path,
    reference: str | None = None,
) -> Path:
    """Write the report on the parts to `root/report` and return the page.

    Parameters
    ----------
    name
        What the report is on.
    parts
        The experiments; whatever of their cells has no record is marked as not run.
    read
        Returns the record of a key, or None.
    root
        Folder of the run; published numbers are looked for there and in `paper` beside it, and
        stored graphs there, for views with cuts.
    reference
        Method from which the leaderboard subtracts all others; see `make_leaderboard`.
    """
    import pandas as pd

    folder, reader = root / "report", _Reader(read)
    sections = [make_section(p.name, p.about, p.view, p.cells, reader) for p in parts]
    cells = {cell.key: cell for part in parts for cell in part.cells}
    every = list(cells.values())
    board = make_leaderboard(sections, every, reference)
    cut = {s.name: cut_section(s, Store(root).graphs) for s in sections if s.view.cuts}
    shown = [cut.get(section.name, section) for section in sections]
    summaries = {section.name: summarise(section) for section in shown}
    numbers = read_reference(root)
    published = {s.name: curves(s.view.published, numbers) for s in shown}
    compared = compare(shown, summaries, published)
    evidence = Evidence([*sections, *cut.values()], cells, usual_settings(every))
    frames = {
        "leaderboard": board.table,
        "average": make_average(sections, every, averages(numbers)),
        "claims": judge(load_statements(), evidence),
        "published": compared,
        "residuals": residuals(compared),
        "points": pd.concat([s.assign(experiment=name) for name, s in summaries.items()]),
    }
    made = {
        **_tables(board, frames),
        "coverage": tables.coverage(sections),
        "failures": tables.failures(sections),
        "makers": tables.makers(Counter(reader.made_by.values())),
        **{f"points-{s.name}": tables.points(s, summaries[s.name]) for s in shown},
    }
    figures = _figures(shown, summaries, published)
    folder.mkdir(parents=True, exist_ok=True)
    _write_tables(made, frames, folder)
    _write_figures(board, figures, folder / "figures")
    save_average(frames["average"], folder / "figures" / "average")
    page = folder / "index.html"
    write_text(page, _render(name, board, made, figures, frames["average"]))
    return page


def _maker(record: Mapping[str, Any]) -> str:
    made_by = record["made_by"]
    host = made_by.get("host", {})
    where = f"{host.get('cpu', 'unknown CPU')}, {made_by.get('device', 'cpu')}"
    return f"lagbench {provenance.describe(made_by['code'])} on {where}"


def _tables(board: Leaderboard, frames: Mapping[str, pd.DataFrame]) -> dict[str, Table]:
    made = (tables.average, tables.claims, tables.published, tables.residuals)
    return {
        "leaderboard": tables.leaderboard(board),
        **{table.__name__: table(frames[table.__name__]) for table in made},
    }


def _figures(
    sections: Sequence[Section],
    summaries: Mapping[str, pd.DataFrame],
    published: Mapping[str, pd.DataFrame],
) -> list[Panels]:
    everything = (*summaries.values(), *published.values())
    styles = styles_of({method for table in everything for method in table["method"]})
    return [Panels(s, summaries[s.name], published[s.name], styles) for s in sections]


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


def _write_figures(board: Leaderboard, figures: Sequence[Panels], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for panels in figures:
        panels.write(folder / panels.section.name, ALL_FORMATS)
    for protocol, ranks in board.ranks.items():
        save_ranks(ranks, folder / f"ranks_{protocol}")


def _render(
    name: str,
    board: Leaderboard,
    shown: Mapping[str, Table],
    figures: Sequence[Panels],
    means: pd.DataFrame,
) -> str:
    import jinja2

    here = resources.files("bench.report.page")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((here / "page.html").read_text(encoding="utf-8"))
    return template.render(
        name=name,
        board=board,
        tables=shown,
        average=average_svg(means),
        n_shared=int(means["n_shared"].max()) if len(means) else 0,
        sections=[_shown(panels) for panels in figures],
        ranks={protocol: ranks_svg(ranks, protocol) for protocol, ranks in board.ranks.items()},
        colours=variables().values(),
        style=(here / "style.css").read_text(encoding="utf-8"),
        script=(here / "script.js").read_text(encoding="utf-8"),
    )


def _shown(panels: Panels) -> dict[str, Any]:
    """Return what the template shows of an experiment."""
    section, styles = panels.section, panels.styles
    here = {*section.cells["method"], *panels.published["method"]}
    missing = section.cells["status"] == "missing"
    return {
        "name": section.name,
        "about": section.about,
        "planned": section.cells["key"].nunique(),
        "missing": section.cells.loc[missing, "key"].nunique(),
        "published": not panels.published.empty,
        "legend": [
            (method, variables()[style.colour][0], outline(style))
            for method, style in styles.items()
            if method in here
        ],
        "panels": {
            heading(metric): [
                inline(figure, f"{section.name}.{metric}.{name}")
                for name, figure in panels.alone(metric)
            ]
            for metric in section.metrics
        },
    }
