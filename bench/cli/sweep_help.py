"""The help of `run`, `bench` and `plan`, which take Hydra's overrides and no options of argparse.

What can be set stands with its comment in `conf/config.yaml`, and is printed from there.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from importlib import resources

_ABOUT = {
    "run": (
        "Run every method on every system, length and seed that is asked for and has not been "
        "run, each in a process of its own; then write tables and figures to results/NAME."
    ),
    "bench": (
        "Run every experiment of a profile into results/NAME, and write tables, figures, claims "
        "and the page report/index.html."
    ),
    "plan": "Say what run, or bench with profile=NAME, would do and how long; do nothing.",
}
_EXAMPLES = {
    "run": (
        "method=[pcmci,var] simulator=[linear,monotonic] n_samples=[500,2000] seeds=[0,1,2]",
        "method=[my_method:Ridge,var] methods.my_method:Ridge.penalty=10",
        "simulator=[linear] +grid.graph.n_vars=[5,20] methods.pcmci.alpha=0.05 name=sizes",
        "experiment=heterogeneity method=[var,random] jobs=4",
        "dataset=[plain] data_dir=FOLDER method=[pcmci,var] seeds=[0]",
    ),
    "bench": ("profile=smoke", "profile=paper experiments=[volume,lags] seeds=[1000]"),
    "plan": ("experiment=volume method=[var,pcmci]", "profile=paper"),
}
_CHOICES = {
    "method": "Methods (list of names, or module:Class in a file of your own).",
    "simulator": "Simulated systems (list of names).",
    "dataset": "Recorded series with known graphs, without simulated ones unless you name some.",
    "experiment": "One experiment, which chooses systems, lengths and methods.",
    "profile": "A list of experiments (bench and plan; laptop if none is named).",
    "finder": "Who finds the regimes where regimes=found.",
    "limits": "Time and memory at which a cell is killed.",
    "executor": "Where cells are run: on this machine, on Ray, or by Slurm.",
}
_NESTED = {
    "methods.NAME.PARAMETER": "A parameter of a chosen method; docs/methods.md has them all.",
    "simulators.NAME.PARAMETER": "A parameter of a chosen system, such as graph.n_vars.",
}
_FLAGS = {
    "-m": "Several configs one after the other: simulator=linear,monotonic seeds=[0],[1].",
    "--config-dir FOLDER": "A folder with configs of your own, laid out as conf/.",
    "--cfg job": "Print the composed config and run nothing (run only).",
}
_KEY = re.compile(r"((?:^# .*\n)+)^(\w+): *(.*)$", re.MULTILINE)


def sweep_help(command: str) -> str:
    """Return the help of one of the commands that take overrides."""
    examples = "\n".join(f"  lagbench {command} {words}" for words in _EXAMPLES[command])
    choices = {name: f"{said} {listed(name)}" for name, said in _CHOICES.items()}
    parts = [
        f"usage: lagbench {command} [NAME=VALUE ...]",
        textwrap.fill(_ABOUT[command], 79),
        f"examples:\n{examples}",
        "Lists have no spaces. Quote a word in which the shell would see something.",
        f"what is run:\n{_rows(choices | _NESTED)}",
        f"how it is run:\n{_rows(dict(keys()))}",
        f"flags:\n{_rows(_FLAGS)}",
    ]
    return "\n\n".join(parts)


def keys() -> Iterator[tuple[str, str]]:
    """Yield each plain key of `conf/config.yaml` and what is said of it, its default last."""
    text = (resources.files("conf") / "config.yaml").read_text(encoding="utf-8")
    for comment, key, default in _KEY.findall(text.partition("\nhydra:")[0]):
        said = " ".join(line.removeprefix("# ") for line in comment.splitlines())
        if key != "defaults":
            yield key, f"{said} Default: {default}."


def listed(group: str) -> str:
    """Return how the options of a group are listed."""
    return f"See `lagbench list {group if group == 'limits' else group + 's'}`."


def _rows(table: dict[str, str]) -> str:
    """Return names with their texts behind them, wrapped to the width of a terminal."""
    return "\n".join(
        textwrap.fill(said, 79, initial_indent=f"  {name:12}  ", subsequent_indent=" " * 16)
        if len(name) <= 12
        else f"  {name}\n" + textwrap.indent(textwrap.fill(said, 63), " " * 16)
        for name, said in table.items()
    )
