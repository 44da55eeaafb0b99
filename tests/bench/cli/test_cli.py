"""The command line end to end: listing, running, sweeping, checking, and one line for an error."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

import conf
from bench.__main__ import main
from bench.cli.list import describe
from bench.config.compose import GROUPS, options

CHEAP = ["method=[var,random]", "simulator=linear", "n_samples=100", "seeds=[0]"]
CONF = Path(conf.__file__).parent


def in_a_process(*words, cwd):
    return subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=cwd, capture_output=True, text=True
    )


def records(folder):
    return [json.loads(path.read_text()) for path in folder.glob("cells/*/*.json")]


def test_run_leaves_records_tables_and_figures_and_resumes(tmp_path):
    for expected in ("4 to run", "4 done, 0 to run"):
        done = in_a_process("run", *CHEAP, "n_samples=[100,120]", "name=trial", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
        assert "| var " in done.stdout
    folder = tmp_path / "results" / "trial"
    assert len(records(folder)) == 4
    table = pd.read_csv(folder / "table.csv")
    assert set(table["method"]) == {"var", "random"}
    assert {"auroc", "auprc", "f1@global_k", "f1@oracle", "summary:shd@top3"} <= set(table.metric)
    assert {"table.md", "volume.png", "volume.svg"} <= {p.name for p in folder.iterdir()}
    assert not [path for path in tmp_path.iterdir() if path.name != "results"]


@pytest.mark.slow
def test_a_multirun_sweeps_as_hydra_users_expect(here):
    done = here("run", "-m", *CHEAP, "n_samples=100,120", "name=multi")
    assert done.returncode == 0, done.stderr
    found = records(here.folder / "results" / "multi")
    assert sorted(r["n_samples"] for r in found) == [100, 100, 120, 120]
    assert [path.name for path in here.folder.iterdir()] == ["results"]
    text = (here.folder / "results" / "multi" / "table.md").read_text()
    assert "n_samples 100," in text
    assert "n_samples 120," in text


@pytest.mark.slow
def test_a_seed_given_twice_is_run_once_and_names_can_be_an_axis(here):
    words = [*CHEAP, "seeds=[0,0]", "+grid.mechanism=[linear,monotonic]"]
    done = here("run", *words)
    assert done.returncode == 0, done.stderr
    assert "4 to run" in done.stdout
    assert "mechanism=monotonic" in (here.folder / "results" / "run" / "table.md").read_text()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("n_samples=abc", ["n_samples", "int >= 10", "'abc'"]),
        ("n_samples=-5", ["n_samples", "int >= 10", "-5"]),
        ("n_samples=[]", ["n_samples", "at least 1 entry", "()"]),
        ("method=[]", ["methods", "expected a value"]),
        ("name=../x", ["name", "like", "'../x'"]),
        ("results_dir=/dev/null", ["results_dir", "/dev/null"]),
        ("nonsense=1", ["nonsense"]),
        ("limits.time_limit=0", ["limits.time_limit", "> 0", "0"]),
        ("limits.memory=1", ["limits", "memory"]),
        ("limits=huge", ["limits", "cluster, laptop, none"]),
        ("executor=cloud", ["executor", "local, ray, slurm"]),
        ("executor.kind=cloud", ["executor.kind", "local, ray, slurm"]),
        ("+executor.gpus=1", ["executor", "gpus"]),
        ("retry=[slow]", ["retry", "timeout", "'slow'"]),
        ("force=[pcmci]", ["force", "var, random", "pcmci"]),
        ("shard=3/2", ["shard", "3/2"]),
        ("shard=half", ["shard", "half"]),
        ("jobs=0", ["jobs", ">= 1", "0"]),
        ("method=[var,pmci]", ["method", "pcmci", "did you mean"]),
        ("simulator=monotone", ["simulator", "monotonic", "did you mean"]),
        ("experiment=nothing", ["experiment", "smoke", "systems"]),
        ("simulators.linear.graph.n_vars=0", ["simulators.linear.graph.n_vars", ">= 1", "0"]),
        ("methods.var.alpha=2", ["methods.var.alpha", "> 0 and < 1", "2"]),
        ("+methods.var.alpa=0.1", ["methods.var", "alpha", "'alpa'"]),
        ("+grid.regimes.level=0.5", ["grid.regimes.level", "list", "0.5"]),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_key(
    tmp_path, override, words, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [])  # which Hydra has set from
    assert main(["run", *CHEAP, override]) == 2
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if line]
    assert len(lines) == 1, said
    for word in words:
        assert word in lines[0]
    assert not (tmp_path / "results").exists()


@pytest.mark.slow
def test_an_axis_may_have_lists_for_values(here):
    """It is run, shown and reported on; each of its values is one point."""
    words = [*CHEAP, "seeds=[0,1]", "+grid.graph.in_degree=[[1,2],[2,3]]"]
    done = here("run", *words)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(here.folder / "results" / "run" / "table.csv")
    assert set(table["axes"]) == {"graph.in_degree=[1,2]", "graph.in_degree=[2,3]"}
    done = here("report", "results/run")
    assert done.returncode == 0, done.stderr
    points = pd.read_csv(here.folder / "results" / "run" / "report" / "points.csv")
    assert set(points["x"]) == {"[1,2]", "[2,3]"}


def test_an_error_that_is_not_about_input_keeps_its_traceback(tmp_path, monkeypatch):
    from bench.cli import list as listing

    def broken(args):
        raise ValueError("shapes (3,) and (4,) not aligned")

    monkeypatch.setattr(listing, "show", broken)
    with pytest.raises(ValueError, match="not aligned"):
        main(["list", "methods"])


@pytest.mark.slow
def test_a_failed_cell_makes_the_exit_code_1(here):
    done = here("run", *CHEAP, "method=var", "n_samples=12")
    # Twelve rows are fewer windows than columns: var declines, which is no failure.
    assert done.returncode == 0
    assert "declined" in (here.folder / "results" / "run" / "table.md").read_text()
    done = here("run", *CHEAP, "limits.time_limit=0.001", "force=[random]")
    assert done.returncode == 1
    assert "timeout" in done.stderr


@pytest.mark.parametrize("group", GROUPS)
def test_list_prints_every_option_with_one_line(group, capsys):
    assert main(["list", group if group == "limits" else f"{group}s"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == options(group)
    assert all(len(describe(group, name)) > 10 for name in options(group))


def test_check_passes_a_built_in_and_fails_a_transposed_adapter(capsys, monkeypatch):
    assert main(["check", "var"]) == 0
    assert "var: none failed" in capsys.readouterr().out
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "contract"))
    assert main(["check", "broken_adapters:Transposed"]) == 1
    said = capsys.readouterr().out
    assert "fail" in said
    assert "transposed?" in said


def test_an_unknown_method_to_check_is_one_line(capsys):
    assert main(["check", "no_module:Thing"]) == 2
    assert "module:Class" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(CONF.glob("**/*.yaml")), ids=lambda p: p.stem)
def test_every_key_of_every_yaml_has_a_comment(path):
    """A key is commented on its own line or on the line above; what nests others needs none."""
    lines = path.read_text().splitlines()
    assert yaml.safe_load(path.read_text()) is not None
    for before, line in zip(["", *lines], lines, strict=False):
        key, colon, value = line.partition(":")
        plain = colon and not key.strip().startswith(("#", "-"))
        if not plain or not value.strip() or key.strip() in ("kind", "name", "dir", "subdir"):
            continue
        assert "#" in value or before.strip().startswith("#"), f"{path.name}: {line}"


@pytest.mark.slow
def test_a_profile_and_its_experiments_may_be_somebodys_own(here):
    for group, text in {
        "profile": "# @package _global_\nname: own\nexperiments:\n- tiny\n- tiny seeds=[1]\n",
        "experiment": "# @package _global_\nname: tiny\nn_samples: [100]\nseeds: [0]\n"
        "grid: {graph: {n_vars: [3, 4]}}\nreport: {x: graph.n_vars, metrics: [auroc]}\n",
    }.items():
        path = (
            here.folder / "own conf" / group / ("own.yaml" if group == "profile" else "tiny.yaml")
        )
        path.parent.mkdir(parents=True)
        path.write_text(text)
    words = ["--config-dir=own conf", "profile=own", "method=[random]"]
    assert here("plan", *words).returncode == 0
    done = here("bench", *words)
    assert done.returncode == 0, done.stderr
    assert "own: 4 cells" in done.stdout
    done = here("report", "results/own", "--config-dir", "own conf")
    assert done.returncode == 0, done.stderr
    assert "tiny" in (here.folder / "results" / "own" / "report" / "index.html").read_text()
    (here.folder / "own conf" / "profile" / "own.yaml").write_text(
        "experiments: [tiny seeds=[1]]\n"
    )
    for command in ("bench", "run"):
        done = here(command, *words)
        assert done.returncode == 2
        assert done.stderr.startswith("lagbench: while parsing a flow sequence; in ")
        assert done.stderr.count("\n") == 1
    done = here("bench", "--config-dir", "gone", "profile=smoke")
    assert (done.returncode, done.stderr) == (
        2,
        "lagbench: --config-dir: expected a folder, found none at gone\n",
    )


@pytest.mark.slow
def test_a_headline_comes_first_and_the_report_has_everything(here):
    for path, text in {
        "profile/own.yaml": "# @package _global_\n# Two: a second.\nname: own\n"
        "experiments: [second, first]\nheadline: [first]\n",
        "experiment/first.yaml": "# @package _global_\nname: first\nn_samples: [100]\n",
        "experiment/second.yaml": "# @package _global_\nname: second\nn_samples: [70]\n",
    }.items():
        file = here.folder / "mine" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    words = ["--config-dir", "mine", "profile=own", "method=[random]", "seeds=[0]"]
    planned = here("plan", *words)
    assert planned.stdout.startswith("Two: a second.\nown (in results/own)\n"), planned.stderr
    done = here("bench", *words)
    assert done.returncode == 0, done.stderr
    first, second = (done.stdout.index(f"own: {n} cells") for n in (1, 2))
    assert first < done.stdout.index("| random ") < second
    folder = here.folder / "results" / "own"
    table = pd.read_csv(folder / "table.csv")
    assert set(table["n_samples"]) == {100}
    points = pd.read_csv(folder / "report" / "points.csv")
    assert set(points["experiment"]) == {"first", "second"}
    done = here("bench", *words, "headline=[frist]")
    assert done.returncode == 2
    assert done.stderr.startswith("lagbench: headline: expected one of ")
    assert done.stderr.endswith("found 'frist'; did you mean 'first'?\n")
