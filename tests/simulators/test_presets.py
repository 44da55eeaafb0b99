"""Every YAML preset composes, is documented, draws, and runs stably."""

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from pydantic import ValidationError

import conf
from simulators.engine.pilot import check_stable

FOLDER = Path(conf.__file__).parent / "simulator"
PRESETS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", PRESETS)
def test_preset_draws_a_stable_system(name, build):
    simulator = build(name)[name]
    system = simulator.draw(7)
    sample = system.generate(6_000)
    assert sample.series.n_samples == sum(map(len, sample.regimes)) == 6_000
    assert sample.series.regimes is None
    assert sample.series.names == system.names == system.truth.names
    assert system.truth.max_lag == system.max_lag
    edges = system.truth.adjacency
    assert edges.any()
    assert (system.truth.scores[edges] > 0).all()
    assert (np.nan_to_num(system.truth.scores[~edges]) == 0).all()
    assert all(np.isfinite(value) for value in sample.properties.values())
    assert sample.properties["smallest_effect"] >= getattr(simulator, "min_effect", 0)
    for segment in sample.series.segments:
        check_stable(segment, segment.std(axis=0), name)


@pytest.mark.parametrize("name", PRESETS)
def test_preset_says_what_it_is_and_comments_every_key(name):
    lines = (FOLDER / f"{name}.yaml").read_text().splitlines()
    assert lines[0] == f"# @package simulators.{name}"
    assert lines[1].startswith("# ")
    for before, line in pairwise(lines):
        key, _, value = line.partition(":")
        plain = key.strip() in ("kind", "defaults") or not value.strip() or line.startswith("#")
        assert plain or line.lstrip().startswith("-") or "# " in line + before, line


def test_structural_lists_every_key():
    from simulators.structural.simulator import Structural

    listed = yaml.safe_load((FOLDER / "structural.yaml").read_text())
    assert set(listed) - {"kind"} == {field.name for field in dataclasses.fields(Structural)}
    for part in ("graph", "noise", "regimes"):
        fields = Structural.__dataclass_fields__[part].default_factory.__dataclass_fields__
        assert set(listed[part]) == set(fields)


def test_presets_compose_side_by_side(build):
    built = build("monotonic", "regular", overrides=["simulators.regular.regimes.level=0.3"])
    assert set(built) == {"monotonic", "regular"}
    assert built["regular"].regimes.level == 0.3
    assert built["regular"].mechanism == "linear"
    assert built["monotonic"].mechanism == "monotonic"


@pytest.mark.parametrize(
    "override",
    ["graph.n_vars=-5", "noise.kind=pink", "+noise.colour=1", "regimes.level=2", "rho=1"],
)
def test_bad_values_are_refused_by_name(override, build):
    path, _, _ = override.lstrip("+").partition("=")
    plus = "+" if override.startswith("+") else ""
    with pytest.raises(ValidationError, match=path.split(".")[-1]):
        build("linear", overrides=[f"{plus}simulators.linear.{override.lstrip('+')}"])
