"""A sweep has the keys and the metrics that it had when its results were committed.

`unchanged.json` was written by commit b8008ba, the last before structural systems were drawn anew.
It holds what has not changed since: systems that are drawn as before (a linear VAR, Lorenz-96 and
a recording), and methods other than `dot`, whose feature screen is another one. A number that is
meant to change is written anew there, and the change is said in the changelog.
"""

import json
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.store.store import Store

HERE = Path(__file__).parent
BEFORE = json.loads((HERE / "unchanged.json").read_text(encoding="utf-8"))
METHODS = "var,pcmci,pc,varlingam,granger_multivariate,correlation,random"


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """Return the records of the same sweep, by key."""
    folder = tmp_path_factory.mktemp("unchanged")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "recordings").symlink_to(HERE / "recordings")
        common = ["run", "n_samples=[300]", "simulator=[var,lorenz96]"]
        assert main([*common, f"method=[{METHODS}]", "seeds=[0,1000]"]) == 0
        recorded = ["simulator=[]", "dataset=[plain]", "data_dir=recordings", "n_samples=[100]"]
        assert main(["run", *recorded, "method=[var,correlation]", "seeds=[0]"]) == 0
    store = Store(folder / "results" / "run")
    return {key: store.read(key) for key in store.scan().entries}


@pytest.mark.slow
def test_keys_and_metrics_are_the_same(after):
    assert set(after) == set(BEFORE)
    for key, before in BEFORE.items():
        for name, value in before["metrics"].items():
            now = after[key].metrics[f"window/{name}"].value
            expected = None if value is None else pytest.approx(value, abs=1e-6)
            assert now == expected, (before["cell"], name)
