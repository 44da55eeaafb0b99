import re

import pytest

from bench.dev import costs, dot
from bench.threads import VARIABLES


def test_the_exponent_is_that_of_a_power_law():
    assert costs.exponent([1, 10, 50], [3, 300, 7500]) == pytest.approx(2)


def test_every_section_is_printed_with_parts_that_add_up(monkeypatch, capsys):
    for name in VARIABLES:
        monkeypatch.setenv(name, "1")  # put back when the test ends
    monkeypatch.setattr(dot, "THREADS", 1)
    monkeypatch.setattr(dot, "cost", costs.measure)
    sizes = dot.Sizes(
        beside=(400,),
        long=500,
        steps=(300, 600),
        variables=(3, 4),
        lags=(2, 3),
        large=(5, 3, 300),
        parameters=(("updates", 2), ("members", 1)),
    )
    dot.main(["--long"], sizes)
    said = capsys.readouterr().out
    assert len(re.findall(r"tigramite PCMCI +\d+\.\d  ratio \d", said)) == 2
    assert len(re.findall(r"our PCMCI +\d+\.\d", said)) == 2
    assert "steps ** " in said
    assert "variables ** " in said
    assert "lags ** " in said
    assert "below 4 GiB" in said


def test_training_and_attribution_are_parts_of_the_whole():
    each = costs.measure(costs.Problem(variables=3, steps=400, parameters=(("updates", 5),)))
    assert each.attribution > 0
    assert 0 < each.training < each.seconds - each.attribution
    assert each.scores.shape == (3, 3, 6)
    assert 0.05 < each.peak < 8


def test_each_problem_is_measured_once_in_a_process_of_its_own():
    problem = costs.Problem("var", variables=3, steps=200)
    first = costs.cost(problem)
    assert costs.cost(problem) is first
    # The library of neural networks is not loaded there.
    assert first.training == 0
