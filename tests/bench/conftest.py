"""A small settings object whose methods are the faulty ones beside this file."""

from pathlib import Path

import pytest

from bench.settings import Settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Return a function that builds settings around given method names of `faulty.py`."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))

    def make(*names, **changes):
        values = {
            "name": "trial",
            "n_samples": (60,),
            "seeds": (0,),
            "regimes_known": False,
            "grid": {},
            "jobs": 2,
            "time_limit": 60.0,
            "results_dir": str(tmp_path),
            "methods": {f"faulty:{name}": {} for name in names},
            "simulators": {
                "small": {"kind": "structural", "graph": {"n_vars": 4, "max_lag": 2}},
            },
            "experiments": [],
        }
        return Settings(**{**values, **changes})

    return make
