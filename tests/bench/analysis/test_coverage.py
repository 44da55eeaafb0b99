"""How often the intervals hold the mean of what is drawn, by simulation."""

import zlib

import numpy as np
import pandas as pd
import pytest

from bench.analysis.intervals import CONDITIONS, SYSTEM, _draws, _estimate, estimate

ONE = (0.0, 1.0)
ANY = (-9.0, 9.0)


def ceiling(rng, n, _):
    return np.where(rng.random(n) < 0.8, 1.0, rng.random(n))


# How the n systems of condition c are drawn, and their mean.
DRAWS = {
    "normal": (lambda rng, n, c: rng.normal(0.5, 0.05, n), lambda c: 0.5),
    "uniform": (lambda rng, n, c: rng.random(n), lambda c: 0.5),
    "skewed": (lambda rng, n, c: rng.beta(8, 2, n), lambda c: 0.8),
    "counts": (lambda rng, n, c: rng.binomial(27, 0.8, n) / 27, lambda c: 0.8),
    "one with probability 0.8": (ceiling, lambda c: 0.9),
    "every other at the ceiling": (
        lambda rng, n, c: np.ones(n) if c % 2 else rng.beta(8, 2, n),
        lambda c: 1.0 if c % 2 else 0.8,
    ),
    "means apart": (lambda rng, n, c: rng.normal(c % 5 / 5, 0.05, n), lambda c: c % 5 / 5),
}
UNEVEN = "one condition spreads tenfold"
EVEN = list(DRAWS)
DRAWS[UNEVEN] = (lambda rng, n, c: rng.normal(0.5, 0.05 if c else 0.5, n), lambda c: 0.5)
# At a true coverage of 0.89, the least there is, the standard error is 0.01.
MANY = 1000
FAST = [(3,), (2, 2, 2), (2, 2, 3, 10)]
DESIGNS = [(n,) * c for n in (2, 3, 5, 10) for c in (1, 2, 5, 20)]
DESIGNS += [(2,) * 5 + (3,) * 5, (2, 2, 2, 10), (1, 2, 2, 5, 10), (1, 1, 3, 3, 3)]


def coverage(name, design, repeats):
    """Return the share of intervals that hold the mean, for numbers of systems by condition.

    Only the values differ between the repeats, so that the index is read once.
    """
    draw, truth = DRAWS[name]
    rng = np.random.default_rng(zlib.crc32(repr((name, design)).encode()))
    places = [(f"s{c}", f"c{c}", seed) for c, n in enumerate(design) for seed in range(n)]
    index = pd.MultiIndex.from_tuples(places, names=SYSTEM)
    mean = np.mean([truth(c) for c in range(len(design))])
    limits = ANY if name in ("normal", UNEVEN) else ONE
    draws, hits = _draws(pd.Series(0.0, index)), 0
    for _ in range(repeats):
        values = np.concatenate([draw(rng, n, c) for c, n in enumerate(design)])
        found = _estimate(draws._replace(value=values), limits)
        hits += found.low - 1e-9 <= mean <= found.high + 1e-9
    return hits / repeats


@pytest.mark.parametrize("name", EVEN)
def test_intervals_hold_the_mean_about_as_often_as_they_say(name):
    found = {design: coverage(name, design, 150) for design in FAST}
    assert min(found.values()) > 0.82, found
    assert np.mean(list(found.values())) > 0.9, found


@pytest.mark.slow
@pytest.mark.parametrize("name", EVEN)
def test_intervals_hold_the_mean_in_every_design(name, capsys):
    found = {design: coverage(name, design, MANY) for design in DESIGNS}
    with capsys.disabled():
        print(f"\n{name}: {min(found.values()):.3f} to {max(found.values()):.3f}")
        for design, share in found.items():
            print(f"  {share:.3f} {design}")
    assert min(found.values()) > 0.86


@pytest.mark.slow
def test_an_uneven_spread_is_covered_less_and_not_at_all_where_one_system_hides_it(capsys):
    designs = [(n,) * c for n in (2, 3) for c in (2, 5, 20)]
    found = {design: coverage(UNEVEN, design, MANY) for design in [*designs, (1, 3, 3, 3)]}
    with capsys.disabled():
        print(f"\n{UNEVEN}: {found}")
    hidden = found.pop((1, 3, 3, 3))
    assert min(found.values()) > 0.84
    assert hidden < 0.5


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_scores_that_are_mostly_one_are_covered_where_students_interval_is_not(n):
    """Student's interval without width covers 33 to 86 % here."""
    assert coverage("one with probability 0.8", (n,), 300) > 0.86


def test_the_interval_over_new_conditions_holds_the_mean_of_all_that_could_be():
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_tuples(
        [(f"s{c}", f"c{c}", seed) for c in range(6) for seed in range(3)], names=SYSTEM
    )
    hits = {"systems": 0, "conditions": 0}
    for _ in range(250):
        own = np.repeat(rng.normal(0.5, 0.2, 6), 3)  # of each condition
        scores = pd.Series(own + rng.normal(0, 0.05, 18), index)
        for over in hits:
            found = estimate(scores, (-9, 9), over)
            hits[over] += found.low <= 0.5 <= found.high
    assert 0.91 < hits[CONDITIONS] / 250 < 0.99
    assert hits["systems"] / 250 < 0.6


def test_lengths_that_share_systems_do_not_narrow_the_interval():
    """Five lengths of one simulator, all with the same deviation of each system."""
    rng = np.random.default_rng(6)
    index = pd.MultiIndex.from_tuples(
        [("s", f"c{c}", seed) for c in range(5) for seed in range(4)], names=SYSTEM
    )
    hits = 0
    for _ in range(250):
        system = np.tile(rng.normal(0, 0.1, 4), 5)
        found = estimate(pd.Series(0.5 + system + rng.normal(0, 0.02, 20), index))
        hits += found.low <= 0.5 <= found.high
    assert 0.91 < hits / 250 < 0.99
