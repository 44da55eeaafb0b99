"""The YAML node of every built-in method says what its class says."""

import inspect
from importlib import resources

import pytest
from omegaconf import OmegaConf

from methods import registry

BUILT_IN = [name for name, entry in registry.available().items() if entry.dist.name == "lagbench"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_parameter_stands_there_with_its_default_and_a_comment(name):
    text = (resources.files("conf") / "method" / f"{name}.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == f"# @package methods.{name}"
    assert lines[1].startswith("# ")
    values = OmegaConf.to_container(OmegaConf.create(text))
    parameters = inspect.signature(registry.load(name)).parameters
    assert values == {key: parameter.default for key, parameter in parameters.items()}
    for key in values:
        above = lines[[line.partition(":")[0] for line in lines].index(key) - 1]
        assert above.startswith("# "), f"{key} has no comment above it"
