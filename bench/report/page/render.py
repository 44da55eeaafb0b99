"""The page as one HTML file, with its style, script and charts inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from bench.analysis import Leaderboard
from bench.analysis.leaders import Leader
from bench.report import labels
from bench.report.charts.panels import Panels
from bench.report.page.claims import cards
from bench.report.page.embed import embedded, library
from bench.report.page.table import Table
from bench.report.styles import THEMES, inks


@dataclass(frozen=True)
class Contents:
    """What a page shows.

    Parameters
    ----------
    name
        What the report is on.
    board
        The leaderboard, with the average ranks of each protocol.
    leaders
        Who leads on each kind of system.
    charts
        Charts of all methods, by their names: average ranks, and the average.
    tables
        All tables by their name.
    panels
        The charts of each experiment.
    graphs
        Found graphs beside true ones, by experiment; see `bench.report.page.graphs`.
    """

    name: str
    board: Leaderboard
    leaders: Sequence[Leader]
    charts: Mapping[str, dict[str, Any]]
    tables: Mapping[str, Table]
    panels: Sequence[Panels]
    graphs: Mapping[str, list[dict[str, Any]]]


def render(contents: Contents) -> str:
    """Return the page, which needs no network."""
    styles = contents.panels[0].styles.values() if contents.panels else ()
    return fill(
        "page.html",
        embedded(contents.charts, contents.panels, contents.graphs, styles),
        name=contents.name,
        board=contents.board,
        leaders=contents.leaders,
        cards=cards(contents.tables["claims"]),
        tables=contents.tables,
        charts=contents.charts,
        published=any(one.has_published for one in contents.panels),
        has_dot=any("DOT" in one.methods for one in contents.panels),
        experiments=[_experiment(panels) for panels in contents.panels],
        graphs=contents.graphs,
    )


def fill(template: str, data: str, **words: Any) -> str:
    """Return a page of a template; `data` is what `bench.report.page.embed` made of charts."""
    import jinja2

    here = resources.files("bench.report.page")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bench.report.page", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(labels, name) for name in ("method", "system", "metric", "experiment")
    }
    style, script = (
        (here / name).read_text(encoding="utf-8") for name in ("style.css", "script.js")
    )
    return environment.get_template(template).render(
        inks={theme: inks(theme) for theme in THEMES},
        style=style,
        script=script,
        data=data,
        library=library(),
        **words,
    )


def _experiment(panels: Panels) -> dict[str, Any]:
    """Return what the template shows of an experiment."""
    experiment = panels.experiment
    missing = experiment.cells["status"] == "missing"
    return {
        "name": experiment.name,
        "about": experiment.about,
        "planned": experiment.cells["key"].nunique(),
        "missing": experiment.cells.loc[missing, "key"].nunique(),
        "published": panels.has_published,
        "legend": [(name, panels.styles[name], name in panels.shown) for name in panels.methods],
        "metrics": panels.metrics,
        "not_run": panels.not_run,
    }
