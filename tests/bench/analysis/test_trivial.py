"""Which systems are trivially solvable: cases decided by hand."""

import math

import pytest

from bench.analysis.trivial import best_trivial


@pytest.mark.parametrize(("score", "solves"), [(0.95, True), (0.951, True), (0.94, False)])
def test_a_trivial_method_within_a_twentieth_of_the_best_solves_a_system(score, solves):
    means = {"dot": 0.99999, "var": 0.7, "correlation": score, "persistence": 0.1}
    found = best_trivial(means, 0.05)
    assert (found.method, found.score, found.best) == ("correlation", score, 0.99999)
    assert found.solves == solves


def test_a_trivial_method_that_is_best_solves_it():
    assert best_trivial({"pcmci": 0.4, "sortability": 0.6, "correlation": math.nan}, 0.1).solves


def test_a_system_on_which_all_are_at_chance_is_solved_by_none():
    assert not best_trivial({"dot": 0.09, "correlation": 0.08}, 0.05).solves
    assert best_trivial({"dot": 0.11, "correlation": 0.08}, 0.05).solves


def test_nothing_is_said_without_a_trivial_or_another_method():
    assert best_trivial({"dot": 0.9, "correlation": math.nan}, 0.1) is None
    assert best_trivial({"correlation": 0.9, "persistence": 0.1}, 0.1) is None
    assert best_trivial({}, 0.1) is None
