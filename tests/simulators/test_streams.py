import numpy as np
import pytest

import simulators
from simulators import stream


def test_same_purpose_same_numbers():
    assert (stream(3, "noise", 1).random(5) == stream(3, "noise", 1).random(5)).all()
    assert (stream(np.int64(3), "a", np.int64(1)).random(5) == stream(3, "a", 1).random(5)).all()


def test_purposes_and_seeds_are_told_apart():
    keys = [(0,), (1,), (0, "a"), (0, "b"), (0, "a", 1), (0, "a", "1"), (0, "a", 1, 1), (0, "a1")]
    firsts = {stream(*key).random() for key in keys}
    assert len(firsts) == len(keys)


def test_streams_of_one_seed_are_uncorrelated():
    draws = np.array([stream(0, "noise", i).standard_normal(4_000) for i in range(30)])
    off = np.corrcoef(draws)[np.triu_indices(30, 1)]
    assert np.abs(off).max() < 5 / np.sqrt(4_000)


def test_unknown_kind_is_named():
    with pytest.raises(
        ValueError, match=r"structural, lorenz96, linear_var, or module:Class, found 'sprinkler'"
    ):
        simulators.load("sprinkler")


@pytest.mark.parametrize("kind", simulators.KINDS)
def test_every_kind_loads(kind):
    assert issubclass(simulators.load(kind), simulators.Simulator)
