"""Figures of a run are checked by their files and the texts that these show."""

import itertools
import re

import pytest
from matplotlib.image import imread

from bench.report.figures import write_figures
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
    assert {"DOT", "VAR", "chance level", "oracle", "heterogeneity", "0.5"} <= set(shown)
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
    assert {"yes", "no"} <= set(texts(tmp_path / "linear_deep.svg"))


def test_a_single_value_of_an_axis_is_no_figure_and_leaves_no_old_one(run, tmp_path):
    run({}, lengths=(100, 200))
    assert figures(tmp_path) == {"volume.png", "volume.svg"}
    run({}, {"deep": True})
    assert figures(tmp_path) == set()


def test_a_run_without_scores_has_no_figure(written, tmp_path):
    cells = [written.cell("dot", 0, n_samples=n) for n in (100, 200)]
    write_figures(cells, Store(tmp_path).scan(), tmp_path)
    assert figures(tmp_path) == set()
