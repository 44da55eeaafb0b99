"""Help, version, and the nearest name to a misspelt one."""

from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

import conf
from bench.__main__ import main
from bench.config.misspelt import unknown_key

CONFIG = yaml.safe_load((Path(conf.__file__).parent / "config.yaml").read_text())


def leave(words, capsys):
    """Run a command that ends the process; return its exit code and what it has printed."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    return ended.value.code, capsys.readouterr()


@pytest.mark.parametrize(
    "words", [["run", "--help"], ["bench", "-h"], ["plan", "seeds=[0]", "-h"]]
)
def test_the_help_of_a_sweep_says_what_each_key_is(words, capsys):
    code, said = leave(words, capsys)
    assert code == 0
    assert said.out.startswith(f"usage: lagbench {words[0]} ")
    keys = CONFIG.keys() - {"defaults", "hydra"}
    explained = {line.split()[0] for line in said.out.splitlines() if line.startswith("  ")}
    assert keys < explained
    assert "Seeds of the systems (list of int >= 0)" in said.out
    assert "Default: [0, 1, 2]." in said.out


def test_the_version_is_that_of_the_package(capsys):
    code, said = leave(["--version"], capsys)
    assert (code, said.out) == (0, f"lagbench {version('lagbench')}\n")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["benhc"], "bench"),
        (["dicsover", "data.csv"], "discover"),
        (["list", "method"], "methods"),
        (["list", "simulator"], "simulators"),
    ],
)
def test_a_misspelt_word_gets_the_nearest(words, meant, capsys):
    code, said = leave(words, capsys)
    assert code == 2
    assert f"did you mean {meant!r}?" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bench", "smoke"], "found 'smoke'; did you mean profile=smoke?"),
        (["run", "volume"], "found 'volume'; did you mean experiment=volume?"),
        (["run", "n_sample=1000"], "n_sample: expected a key of the config, found none"),
        (["run", "n_sample=1000"], "did you mean 'n_samples'?"),
        (
            ["run", "method=[pcmci]", "methods.pcmci.alhpa=1"],
            "did you mean 'methods.pcmci.alpha'?",
        ),
        (["plan", "profile=pepar"], "did you mean 'paper'?"),
    ],
)
def test_a_misspelt_override_gets_the_nearest(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_nested_parameter_of_a_system_gets_the_nearest():
    message = "Could not override 'simulators.regular.graph.n_var'. Key is not in struct"
    assert "did you mean 'simulators.regular.graph.n_vars'?" in unknown_key(message)
    assert unknown_key("while parsing a flow sequence") is None


def test_configs_of_ones_own_are_listed(tmp_path, capsys):
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "mine.yaml").write_text("# @package simulators.mine\n# My own.\n")
    assert main(["list", "simulators", "--config-dir", str(tmp_path)]) == 0
    assert "My own." in capsys.readouterr().out
