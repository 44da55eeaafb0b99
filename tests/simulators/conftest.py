"""Presets, composed by Hydra as a user composes them."""

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf
from pydantic import TypeAdapter

import simulators


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """Return a function from names of presets to validated simulators by name."""
    folder = tmp_path_factory.mktemp("conf")
    main = "defaults: [{simulator: linear}, _self_]\nhydra: {searchpath: [pkg://conf]}\n"
    (folder / "main.yaml").write_text(main)

    def built(*names, overrides=()):
        with initialize_config_dir(str(folder), version_base=None):
            config = compose("main", overrides=[f"simulator=[{','.join(names)}]", *overrides])
        nodes = OmegaConf.to_container(config.simulators)
        return {name: validated(node) for name, node in nodes.items()}

    def validated(node):
        return TypeAdapter(simulators.load(node.pop("kind"))).validate_python(node)

    return built
