"""Which system a seed names: it depends on the configuration too, but not on strengths.

Two kinds of system that share a seed share no graph, or a few graphs would carry a whole table of
conditions. Along a sweep of a strength, on the other hand, one system is followed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json

from methods.types.parameters import Parameters

STRENGTHS = frozenset(
    {
        "coupling",
        "min_effect",
        "latent_strength",
        "cancelling",
        "observation_noise",
        "noise.scale",
        "noise.variance_share",
        "regimes.level",
        "regimes.layout",
        "regimes.mean_dwell",
        "regimes.dwell_spread",
    }
)
"""Parameters whose sweep follows one system: how strong effects and noise are, how much and when
its regimes differ."""


def own_seed(config: Parameters, seed: int) -> int:
    """Return the seed of all streams of one configuration.

    Parameters at their defaults do not enter, so that a new one leaves old systems as they are.
    """
    key = json.dumps([int(seed), _kind(config, "")], sort_keys=True)
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7])


def _kind(config: object, path: str) -> dict[str, object]:
    """Return the parameters that are no strengths and differ from their defaults."""
    assert dataclasses.is_dataclass(config)
    found: dict[str, object] = {}
    for field in dataclasses.fields(config):
        value, name = getattr(config, field.name), f"{path}{field.name}"
        if dataclasses.is_dataclass(value):
            found[name] = _kind(value, f"{name}.")
        elif name not in STRENGTHS and value != field.default:
            found[name] = value
    return found
