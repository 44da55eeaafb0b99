import inspect
import re

import pytest

from bench.dev import baselines, costs
from bench.threads import VARIABLES
from methods import registry


@pytest.fixture
def said(monkeypatch, capsys):
    """Return a function that runs the benchmark in this process and returns its rows."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "1")  # put back when the test ends
    small = {"compared": (150,), "long": (200,), "alone": (250,), "variables": 3, "lags": 2}
    sizes = baselines.Sizes(**small, measure=costs.measure)

    def run(*arguments):
        baselines.main(arguments, sizes)
        return capsys.readouterr().out.splitlines()[2:]

    return run


def test_every_method_of_the_table_has_both_routes():
    for name in baselines.METHODS:
        assert inspect.signature(registry.load(name)).parameters["exact"].default == "fast"


@pytest.mark.slow
def test_both_routes_stand_side_by_side_and_agree(said):
    rows = said("--long")
    assert [row.split()[:2] for row in rows] == [
        [name, steps] for name in baselines.METHODS for steps in ("150", "200", "250")
    ]
    for row in rows:
        if row.split()[1] == "250":
            assert row.endswith("library not measured")
            continue
        apart, edges = re.search(r"differ by (\S+), (\d+) edges differ$", row).groups()
        assert float(apart) < 1e-6
        assert edges == "0"
        assert float(row.split()[4]) > 0


def test_libraries_run_on_long_series_only_if_asked(said):
    rows = said("--methods", "pcmci")
    assert ["not measured" in row for row in rows] == [False, True, True]
