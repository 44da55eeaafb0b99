"""The table of conditions, against values written by hand."""

import math

import pytest

from bench.analysis.conditions import make_conditions
from bench.analysis.experiment import experiment_results
from bench.config.compose import Experiment
from bench.config.view import View
from bench.report.page.conditions import conditions


@pytest.fixture(scope="module")
def found(small):
    """Two systems at one of two points, with properties and three methods; none at the other."""
    auprc = {"dot": 0.6, "correlation": 0.58, "sortability": 0.3}
    cells = [small.cell(m, seed, axes={"k": 1}) for m in auprc for seed in (0, 1)]
    properties = [
        {"var_sortability": 0.2, "r2_sortability_lagged": 0.9},
        {"var_sortability": 0.6, "r2_sortability_lagged": None},
    ]
    records = {
        one.key: small.made(auprc[one.method], properties=properties[one.seed]) for one in cells
    }
    other = [small.cell("dot", seed, axes={"k": 2}) for seed in range(3)]
    planned = Experiment("grid", "", [*cells, *other], View(x="k"))
    return make_conditions([experiment_results(planned, records.get)])


def test_a_condition_has_its_best_trivial_method_and_means_over_systems(found):
    row = found.iloc[0]
    assert (row["experiment"], row["axes"], row["systems"]) == ("grid", "k=1", 2)
    assert (row["trivial"], row["trivial_auprc"]) == ("correlation", pytest.approx(0.58))
    assert row["best_auprc"] == pytest.approx(0.6)
    assert row["solved"]
    assert row["var_sortability"] == pytest.approx(0.4)
    assert row["r2_sortability_lagged"] == pytest.approx(0.9)
    assert math.isnan(row["r2_sortability"])


def test_what_is_unknown_is_a_dash(found):
    first, second = conditions(found).markdown().splitlines()[2:]
    assert first == (
        "| grid | linear, edges k 1 | 100 | 2 | 0.58 (lagged correlation) | 0.60 | yes "
        "| 0.40 | - | - | 0.90 |"
    )
    assert second == "| grid | linear, edges k 2 | 100 | 3 | - | - |  | - | - | - | - |"
