"""The page as one HTML file, with its style, script and figures inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from bench.analysis import Leaderboard
from bench.analysis.leaders import Leader
from bench.report import labels
from bench.report.page.average import average_svg
from bench.report.page.claims import cards
from bench.report.page.ranks import ranks_svg
from bench.report.page.svg import inline
from bench.report.page.table import Table
from bench.report.panels import Panels
from bench.report.styles import outline, variables

if TYPE_CHECKING:
    import pandas as pd


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
    means
        See `bench.analysis.comparison.make_average`.
    tables
        All tables by their name.
    panels
        The figures of each experiment.
    """

    name: str
    board: Leaderboard
    leaders: Sequence[Leader]
    means: pd.DataFrame
    tables: Mapping[str, Table]
    panels: Sequence[Panels]


def render(contents: Contents) -> str:
    """Return the page, which needs no network."""
    import jinja2

    here = resources.files("bench.report.page")
    style, script, page = (
        (here / name).read_text(encoding="utf-8")
        for name in ("style.css", "script.js", "page.html")
    )
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        name: getattr(labels, name) for name in ("method", "system", "experiment")
    }
    board = contents.board
    return environment.from_string(page).render(
        name=contents.name,
        board=board,
        leaders=contents.leaders,
        cards=cards(contents.tables["claims"]),
        tables=contents.tables,
        average=average_svg(contents.means),
        experiments=[_experiment(panels) for panels in contents.panels],
        ranks={protocol: ranks_svg(ranks, protocol) for protocol, ranks in board.ranks.items()},
        colours=variables().values(),
        style=style,
        script=script,
    )


def _experiment(panels: Panels) -> dict[str, Any]:
    """Return what the template shows of an experiment."""
    experiment = panels.experiment
    here = {*experiment.cells["method"], *panels.published["method"]}
    missing = experiment.cells["status"] == "missing"
    return {
        "name": experiment.name,
        "about": experiment.about,
        "planned": experiment.cells["key"].nunique(),
        "missing": experiment.cells.loc[missing, "key"].nunique(),
        "published": not panels.published.empty,
        "legend": [
            (method, variables()[style.colour][0], outline(style))
            for method, style in panels.styles.items()
            if method in here
        ],
        "panels": {
            labels.metric(metric): _figures(panels, metric) for metric in experiment.metrics
        },
    }


def _figures(panels: Panels, metric: str) -> list[str]:
    name = panels.experiment.name
    return [inline(figure, f"{name}.{metric}.{panel}") for panel, figure in panels.alone(metric)]
