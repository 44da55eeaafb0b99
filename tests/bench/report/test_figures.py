"""Figures are checked by what is drawn in them, and their files by the texts that they show."""

import itertools
import re

import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.image import imread

from bench.analysis.experiment import experiment_results, summarise
from bench.analysis.published import curves
from bench.config.compose import Experiment
from bench.config.view import View
from bench.report.axis import draw_ticks, positions, shifted
from bench.report.figures import write_figures
from bench.report.panels import Panels
from bench.report.saving import save
from bench.report.styles import styles_of
from bench.run.cell import base_record
from bench.store.store import Store


@pytest.fixture
def run(written, tmp_path):
    """Return a function that stores runs of `dot` under given axes and writes the figures."""

    def write(*axes, methods=("dot",), lengths=(100,)):
        store, cells = Store(tmp_path), []
        for at, n_samples, method in itertools.product(axes, lengths, methods):
            for seed in (0, 1, 2):
                cells.append(written.cell(method, seed, axes=at, n_samples=n_samples))
                store.write(base_record(cells[-1], **written.record(0.5 + seed / 10)))
        write_figures(cells, store.scan(), tmp_path)
        return cells

    return write


def texts(path):
    """Return the texts of an SVG."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text())


def figures(folder):
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_a_run_has_a_figure_of_lengths_and_one_of_each_swept_parameter(run, tmp_path):
    run(
        *({}, {"regimes.level": 0.0}, {"regimes.level": 0.5}),
        methods=("dot", "var"),
        lengths=(100, 200),
    )
    assert figures(tmp_path) == {
        "volume.png",
        "volume.svg",
        "linear_level.png",
        "linear_level.svg",
    }
    shown = texts(tmp_path / "linear_level.svg")
    assert {"dot", "var", "chance level", "oracle", "heterogeneity", "0.5"} <= set(shown)
    assert {"AUPRC", "F1, fair protocol", "CPU seconds"} <= set(shown)
    assert "steps" in texts(tmp_path / "volume.svg")
    assert (
        len({tuple(pixel) for pixel in imread(tmp_path / "volume.png")[::4, ::4].reshape(-1, 4)})
        > 5
    )


def test_the_same_rows_give_the_same_bytes(run, tmp_path):
    run({}, lengths=(100, 200))
    before = (tmp_path / "volume.svg").read_bytes(), (tmp_path / "volume.png").read_bytes()
    run({}, lengths=(100, 200))
    assert before == (
        (tmp_path / "volume.svg").read_bytes(),
        (tmp_path / "volume.png").read_bytes(),
    )


def test_an_axis_of_lists_names_or_truth_values_is_drawn_with_its_texts(run, tmp_path):
    run({"graph.in_degree": [1, 2]}, {"graph.in_degree": [2, 3]})
    assert {"[1,2]", "[2,3]"} <= set(texts(tmp_path / "linear_in_degree.svg"))
    run({"trend": "a$b$c"}, {"trend": "plain"})
    assert {"a$b$c", "plain"} <= set(texts(tmp_path / "linear_trend.svg"))
    run({"deep": True}, {"deep": False})
    assert {"True", "False"} <= set(texts(tmp_path / "linear_deep.svg"))


def test_a_single_value_of_an_axis_is_no_figure_and_leaves_no_old_one(run, tmp_path):
    run({}, lengths=(100, 200))
    assert figures(tmp_path) == {"volume.png", "volume.svg"}
    run({}, {"deep": True})
    assert figures(tmp_path) == set()


def test_a_run_without_scores_has_no_figure(written, tmp_path):
    cells = [written.cell("dot", 0, n_samples=n) for n in (100, 200)]
    write_figures(cells, Store(tmp_path).scan(), tmp_path)
    assert figures(tmp_path) == set()


def test_a_panel_shows_mean_and_interval_at_every_place(written):
    cells = [written.cell("dot", seed, n_samples=n) for n in (100, 10_000) for seed in range(3)]
    records = {c.key: base_record(c, **written.record(0.5 + c.seed / 10)) for c in cells}
    planned = Experiment("s", "", cells, View(metrics=("auprc",)))
    section = experiment_results(planned, records.get)
    table = summarise(section)
    panels = Panels(section, table, curves([], pd.DataFrame()), styles_of(["dot"]))
    ((_, figure),) = panels.alone("auprc")
    (ax,) = figure.axes
    curve = next(line for line in ax.lines if line.get_gid() == "method:dot")
    assert list(curve.get_xdata()) == pytest.approx([0, 1], abs=0.1)
    assert list(curve.get_ydata()) == pytest.approx([0.6, 0.6])
    rows = table[table["metric"] == "auprc"]
    (bars,) = (each for each in ax.collections if isinstance(each, LineCollection))
    ends = [tuple(segment[:, 1]) for segment in bars.get_segments()]
    assert ends == [pytest.approx(pair) for pair in zip(rows["low"], rows["high"], strict=True)]
    bounds = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert bounds["chance level"] == pytest.approx([0.1] * 4)
    assert bounds["oracle"] == pytest.approx([0.9] * 4)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["100", "10k"]


def test_what_was_not_run_is_said_in_its_panel(written):
    planned = Experiment("s", "", [written.cell("dot", 0)], View())
    section = experiment_results(planned, lambda key: None)
    panels = Panels(section, summarise(section), curves([], pd.DataFrame()), styles_of(["dot"]))
    ((_, figure),) = panels.alone("auprc")
    assert [text.get_text() for text in figure.axes[0].texts] == ["not run"]


def test_curves_are_shifted_by_less_than_half_the_smallest_gap():
    at = positions([1, 2, 4])
    for n in (2, 5, 30):
        places = [shifted(at, k, n) for k in range(n)]
        for x in at:
            assert max(abs(each[x] - at[x]) for each in places) < 0.5 * min(at[2] - at[1], 1)
            assert len({each[x] for each in places}) == n


def test_long_texts_below_an_axis_are_slanted():
    slants = []
    for values in ([1, 2], ["a long name of a system", "another long name"]):
        ax = Figure().subplots()
        draw_ticks(ax, positions(values))
        slants.append({label.get_rotation() for label in ax.get_xticklabels()})
    assert slants == [{0}, {30}]


def test_a_legend_has_what_any_panel_shows(tmp_path):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], label="both")
    right.plot([0, 1], label="both")
    right.plot([0, 1], label="right alone")
    save(figure, tmp_path / "version 1.2")
    assert figures(tmp_path) == {"version 1.2.png", "version 1.2.svg"}
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["both", "right alone"]


def test_many_methods_have_styles_of_their_own():
    styles = styles_of([f"method {k}" for k in range(77)])
    assert len({(style.colour, style.marker) for style in styles.values()}) == 78
