"""The table of `dot`'s costs, printed from made-up costs; and costs as they are measured."""

import re

import numpy as np
import pytest

from bench.dev import costs, dot
from bench.threads import VARIABLES

GRAPH = np.random.default_rng(0).random((2, 2, 3))


def made_up(problem):
    """Costs that grow with the first power of variables, lags and steps, and memory with half."""
    size = problem.variables * problem.lags * problem.steps / 1e6
    slower = 7 if dict(problem.parameters).get("exact") == "library" else 1
    return costs.Cost(slower * size, size, 0.5 * size, 0.1 * size, size**0.5, GRAPH, None)


@pytest.fixture
def said(monkeypatch, capsys):
    """Return a function that prints the tables and returns them by their first lines."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "1")  # put back when the test ends

    def run(*arguments, **changes):
        asked = []
        sizes = dot.Sizes(measure=lambda problem: asked.append(problem) or made_up(problem))
        dot.main(arguments, sizes._replace(**changes))
        return capsys.readouterr().out, asked

    return run


def test_growth_is_printed_with_its_exponents(said):
    text, _ = said()
    for name in ("steps", "variables", "lags"):
        assert f"cpu seconds ~ {name} ** 1.00" in text
        assert f"peak ~ {name} ** 0.50" in text
    rows = re.findall(r"^ +(\d+) +(\d+) +([\d,]+) .* (\d+) % ", text, flags=re.M)
    assert ("100", "5", "10,000", "20") in rows
    assert ("10", "50", "10,000", "20") in rows
    assert ("10", "5", "1,000,000", "20") in rows


def test_the_library_runs_on_the_longest_series_only_if_asked(said):
    text, asked = said()
    assert re.findall(r"ratio (\S+)", text) == ["7.0", "7.0"]
    assert "not measured" in text
    library = (("exact", "library"),)
    assert [p.steps for p in asked if p.parameters == library] == [50_000, 100_000]
    text, asked = said("--long")
    assert re.findall(r"ratio (\S+)", text) == ["7.0"] * 3
    assert "not measured" not in text


def test_every_problem_is_given_the_same_parameters_of_dot(said):
    _, asked = said(parameters=(("updates", 2),))
    assert all(dict(p.parameters)["updates"] == 2 for p in asked[:1])
    ours = [p for p in asked if p.method == "dot"]
    assert {dict(p.parameters)["device"] for p in ours} <= {"cpu", "cuda"}


def test_the_exponent_is_that_of_a_power_law():
    assert costs.exponent([1, 10, 50], [3, 300, 7500]) == pytest.approx(2)


@pytest.mark.slow
def test_training_and_attribution_are_parts_of_the_whole():
    each = costs.measure(costs.Problem(variables=3, steps=400, parameters=(("updates", 5),)))
    assert each.attribution > 0
    assert 0 < each.training < each.seconds - each.attribution
    assert each.scores.shape == (3, 3, 6)
    assert 0.05 < each.peak < 8


def test_the_functions_that_are_timed_are_put_back():
    from methods.dot.attribution import rules
    from methods.dot.training import fit

    before = fit.fit, rules.attribute
    costs.measure(costs.Problem(variables=3, steps=300, parameters=(("updates", 2),)))
    assert (fit.fit, rules.attribute) == before


def test_each_problem_is_measured_once_in_a_process_of_its_own():
    problem = costs.Problem("var", variables=3, steps=200)
    first = costs.cost(problem)
    assert costs.cost(problem) is first
    # The library of neural networks is not loaded there.
    assert first.training == 0
