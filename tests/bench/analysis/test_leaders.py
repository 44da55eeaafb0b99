"""The leader of each kind of system, against differences written by hand."""

import pytest

from bench.analysis.experiment import experiment_results
from bench.analysis.leaders import leaders


def test_the_best_leads_by_its_paired_difference(small):
    results = [experiment_results(part, small.store.read) for part in small.parts]
    first, second = leaders(results, small.cells)
    assert (first.simulator, first.method, first.second) == ("linear", "dot", "dot_paper")
    assert first.clear
    # On `long` every score is half, so the lead of 0.1 is 0.05.
    assert second.lead.mean == pytest.approx(0.05)
    assert (second.conditions, second.systems) == (2, 10)


def test_nothing_run_has_no_leader(small):
    results = [experiment_results(part, lambda key: None) for part in small.parts]
    assert leaders(results, small.cells) == []
