"""Charts of experiments: their rows, their axes, and where names are drawn."""

import itertools
import re

import pandas as pd
import pytest
import vl_convert

from bench.analysis.experiment import experiment_results, summarise
from bench.analysis.published import curves
from bench.config.compose import Experiment
from bench.config.view import View
from bench.report import labels
from bench.report.charts.panels import Panels
from bench.report.styles import styles_of


@pytest.fixture
def panels(small):
    """Return a function that makes the charts of pairs of a cell and its F1."""

    def make(scores, metrics=("auprc",)):
        records = {cell.key: small.made(f1) for cell, f1 in scores}
        experiment = experiment_results(
            Experiment("s", "", [cell for cell, _ in scores], View(metrics=metrics)), records.get
        )
        methods = {labels.method(cell.method) for cell, _ in scores}
        nothing = curves([], pd.DataFrame())
        return Panels(experiment, summarise(experiment), nothing, styles_of(methods))

    return make


@pytest.mark.parametrize(("systems", "intervals"), [(4, 0), (5, 2)])
def test_every_system_is_a_point_and_five_make_an_interval(panels, small, systems, intervals):
    lengths = (100, 10_000)
    cells = [small.cell("dot", s, n_samples=n) for n in lengths for s in range(systems)]
    made = panels([(cell, 0.5 + cell.seed / 100) for cell in cells])
    rows = [row for row in made.rows if row[1] == "auprc"]
    means = [row for row in rows if row[0] == "mean"]
    values = [0.5 + seed / 100 for seed in range(systems)]
    assert [(row[3], row[5]) for row in means] == [
        (n, pytest.approx(sum(values) / systems, abs=1e-4)) for n in lengths
    ]
    assert sum(row[6] is not None for row in means) == intervals
    assert [row[5] for row in rows if row[0] == "system"] == pytest.approx(2 * values)
    bounds = {(row[0], row[5]) for row in rows if row[0] in ("chance level", "oracle")}
    assert bounds == {("chance level", 0.1), ("oracle", 0.9)}


def test_what_was_not_run_is_named_and_has_no_rows(panels, small):
    made = panels([(small.cell("dot", 0), 0.5)])
    assert made.not_run == []
    planned = Experiment("s", "", [small.cell("dot", 0)], View())
    nothing = experiment_results(planned, lambda key: None)
    made = Panels(nothing, summarise(nothing), curves([], pd.DataFrame()), styles_of(["DOT"]))
    assert (made.rows, made.metrics, made.not_run) == ([], [], ["100 steps"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [((1, 4), "linear"), ((5, 100), "log"), ((0, 100), "linear"), (("a", "b"), None)],
)
def test_an_axis_is_logarithmic_where_its_ends_are_far_apart(panels, small, values, kind):
    made = panels([(small.cell("dot", 0, axes={"k": value}), 0.5) for value in values])
    place = made.chart("auprc")["spec"]["layer"][0]["encoding"]
    assert place["x"]["type"] == ("quantitative" if kind else "nominal")
    assert place["x"]["scale"].get("type") == kind
    beside = [part["encoding"].get("xOffset") for part in made.chart("auprc")["spec"]["layer"]]
    assert any(beside) == (kind is None)  # methods stand side by side on names alone


def test_six_lines_are_drawn_and_their_names_do_not_overlap(panels, small):
    methods = ("dot", "pcmci", "var", "random", "pc", "varlingam", "correlation", "tcdf")
    scores = [
        (small.cell(method, 0, n_samples=n), 0.9 - k / 500)
        for k, method in enumerate(methods)
        for n in (100, 200)
    ]
    made = panels(scores)
    svg = vl_convert.vegalite_to_svg(made.file())
    best = [labels.method(method) for method in methods[:6]]
    assert made.shown == best
    assert made.methods[6:] == ["lagged correlation", "TCDF"]
    heights = {}
    for y, name in re.findall(r"<text[^>]*translate\([^,]*,([\d.-]+)\)[^>]*>([^<]*)</text>", svg):
        if name in made.methods:
            heights.setdefault(name, []).append(float(y))
    assert set(heights) == set(best)
    ends = sorted(found[0] for found in heights.values())
    assert min(b - a for a, b in itertools.pairwise(ends)) > 11  # the size of their letters
    assert [min(heights, key=lambda name: abs(heights[name][0] - y)) for y in ends] == best


def test_many_methods_have_styles_of_their_own():
    styles = styles_of([f"method {k}" for k in range(55)])
    assert len({(style.light, style.mark) for style in styles.values()}) == 56
    assert all(style.light != style.dark for style in styles.values())
