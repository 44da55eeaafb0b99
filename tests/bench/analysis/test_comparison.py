"""Ours beside the published: every number against one computed by hand."""

import math

import pandas as pd
import pytest

from bench.analysis.comparison import compare, make_average, residuals
from bench.analysis.experiment import experiment_results, summarise
from bench.analysis.published import averages, curves, read_reference
from bench.config.compose import Experiment
from bench.config.view import Published, View
from bench.report.page import scores as tables
from bench.report.page.average import average


def compared(results, reference):
    summaries = {s.name: summarise(s) for s in results}
    published = {s.name: curves(s.view.published, reference) for s in results}
    return compare(results, summaries, published)


@pytest.fixture(scope="module")
def results(small):
    return [experiment_results(part, small.store.read) for part in small.parts]


def test_each_published_point_has_ours_beside_it(results, small):
    table = compared(results, read_reference(small.store.root))
    assert list(table["x"]) == [100, 1000]
    assert set(table["experiment"]) == {"volume"}  # nothing is published of `lags`
    assert set(table["panel"]) == {"linear"}
    # Five systems at 0.70 to 0.74.
    assert list(table["ours"]) == pytest.approx([0.72, 0.72])
    assert list(table["fair"]) == pytest.approx([0.72, 0.72])
    assert list(table["difference"]) == pytest.approx([0.72 - 0.9, 0.72 - 0.95])
    assert all(table["low"] < 0.72)
    assert all(table["high"] > 0.72)
    assert set(table["n"]) == set(table["n_planned"]) == {5}
    (row,) = residuals(table).to_dict("records")
    assert (row["n"], row["n_published"], row["method"]) == (2, 2, "dot_paper")
    assert row["mean"] == pytest.approx((-0.18 - 0.23) / 2)
    assert row["rms"] == pytest.approx(math.sqrt((0.18**2 + 0.23**2) / 2))


REFERENCE = pd.DataFrame(
    [
        {"figure": "f", "panel": panel, "method": method, "x_value": x, "value": value}
        for panel, method, x, value in [
            ("L", "PCMCI parcorr", "100", 0.5),
            ("L", "PCMCI parcorr", "1e3", 0.6),
            ("M", "PCMCI parcorr", "100", 0.1),
            ("L", "TCDF", "100", 0.3),
        ]
    ]
)


def test_residuals_are_by_the_settings_that_are_not_drawn(small):
    """A calibration: two settings of two parameters, published numbers per simulator."""
    settings = ({"min_effect": 0.05, "rho": 0.5}, {"min_effect": 0.0, "rho": 0.9})
    planned = [
        small.cell("pcmci", 0, simulator, n, axes)
        for simulator in ("linear", "monotonic")
        for axes in settings
        for n in (100, 1000)
    ]
    scores = {("linear", 100): 0.4, ("linear", 1000): 0.7, ("monotonic", 100): 0.3}

    def read(key):
        (one,) = (cell for cell in planned if cell.key == key)
        if (value := scores.get((one.simulator, one.n_samples))) is None:
            return None
        return small.made(value + one.axes["min_effect"])

    view = View(
        x="n_samples",
        published=(
            Published(figure="f", panel="L", where={"simulator": "linear"}),
            Published(figure="f", panel="M", where={"simulator": "monotonic"}),
        ),
    )
    table = compared(
        [experiment_results(Experiment("calibration", "", planned, view), read)], REFERENCE
    )
    assert len(table) == 8
    rests = residuals(table).set_index(["setting", "method"])
    one = rests.loc[("min_effect=0.05 rho=0.5", "pcmci")]
    # Differences: 0.45 - 0.5, 0.75 - 0.6, 0.35 - 0.1.
    assert (one["n"], one["n_published"]) == (3, 3)
    assert one["mean"] == pytest.approx((-0.05 + 0.15 + 0.25) / 3)
    assert one["rms"] == pytest.approx(math.sqrt((0.05**2 + 0.15**2 + 0.25**2) / 3))
    other = rests.loc[("min_effect=0.0 rho=0.9", "pcmci")]
    assert other["mean"] == pytest.approx((-0.1 + 0.1 + 0.2) / 3)
    nothing = rests.loc[("min_effect=0.0 rho=0.9", "tcdf")]
    assert (nothing["n"], nothing["n_published"]) == (0, 1)
    assert math.isnan(nothing["rms"])
    lines = tables.published(table).markdown().splitlines()
    assert [line.count("not run") for line in lines if "| TCDF " in line] == [1, 1]
    assert sum("not run" in line for line in lines) == 2


def test_an_axis_of_names_and_one_condition_per_simulator(small):
    planned = [small.cell("pcmci", 0, name) for name in ("linear", "monotonic")]
    reference = REFERENCE.assign(x_value=["A", "B", "C", "A"])
    entry = Published(figure="f", x={"A": "linear", "B": "monotonic"})
    found = experiment_results(
        Experiment("s", "", planned, View(x="simulator", published=(entry,))),
        lambda key: small.made(0.55),
    )
    table = compared([found], reference).set_index(["method", "x"])["difference"]
    assert table["pcmci", "linear"] == pytest.approx(0.05)
    assert table["pcmci", "monotonic"] == pytest.approx(-0.05)
    assert math.isnan(table["tcdf", "linear"])


def test_in_the_average_every_condition_counts_once(results, small):
    numbers = averages(read_reference(small.store.root))
    table = make_average(results, small.cells, numbers).set_index("method")
    # `volume` at 100 and 1000 steps, `lags` at 5 and 50, whatever the number of systems.
    assert table["paper"]["dot"] == pytest.approx((0.82 + 0.82 + 0.4 + 0.4) / 4)
    assert table["published"]["dot_paper"] == 0.6
    # A failure is a zero in the paper's protocol alone.
    assert table["paper"]["pcmci"] == pytest.approx((0.5 + 0.62 + 0.3 + 0.3) / 4)
    assert table["fair"]["pcmci"] == pytest.approx((0.625 + 0.62 + 0.3 + 0.3) / 4)
    # One system of `random` is missing at 1000 steps, and all of `lags`.
    assert table["fair"]["random"] == pytest.approx((0.07 + 0.065) / 2)
    assert list(table.loc["random", ["n_paper", "n_fair", "n_planned"]]) == [2, 2, 4]
    assert math.isnan(table["paper"]["tcdf"])  # published, and none of ours
    # `random` has less than half as many systems as others: it shares nothing.
    assert table["n_shared_fair"]["dot"] == 4
    assert table["shared_paper"]["dot"] == pytest.approx((0.82 + 0.82 + 0.4 + 0.4) / 4)
    # Under the fair protocol the system on which PCMCI failed counts for nobody.
    without = 0.82 + 1.2 * 0.5 / 100
    assert table["shared_fair"]["dot"] == pytest.approx((without + 0.82 + 0.4 + 0.4) / 4)
    assert table["shared_fair"]["pcmci"] == pytest.approx((0.625 + 0.62 + 0.3 + 0.3) / 4)
    assert math.isnan(table["shared_fair"]["random"])
    lines = tables.average(table.reset_index()).markdown().splitlines()
    (tcdf,) = ([part.strip() for part in x.split("|")[1:-1]] for x in lines if "| TCDF" in x)
    assert tcdf == ["TCDF", "0.30", "", "", "not run", "0 / 0", "not run", "0 / 0"]


def test_a_condition_of_two_experiments_counts_once(small):
    part = Experiment("again", "", small.parts[0].cells[:10], View())
    again = experiment_results(part, small.store.read)
    own = [experiment_results(part, small.store.read) for part in small.parts]
    table = make_average([*own, again], small.cells, pd.Series(dtype=float)).set_index("method")
    assert table["fair"]["dot"] == pytest.approx((2 * 0.82 + 2 * 0.4) / 4)
    assert table["n_planned"]["dot"] == 4


def test_the_average_is_drawn_where_something_was_run(results, small):
    table = make_average(results, small.cells, averages(read_reference(small.store.root)))
    (drawn,) = average(table)["datasets"].values()
    names = {row["method"] for row in drawn}
    assert {"DOT", "PCMCI", "TCDF"} <= names
    assert "random" not in names  # neither shared nor published
    assert ("TCDF", "published", 0.3) in {tuple(row.values()) for row in drawn}
    nothing = table.assign(shared_paper=math.nan, shared_fair=math.nan)
    assert average(nothing) is None
