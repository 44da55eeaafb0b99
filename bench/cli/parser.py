"""The commands and their arguments."""

from __future__ import annotations

import argparse
import importlib
from importlib.metadata import version
from typing import Any

from bench.cli.reading import add_file, add_reading
from bench.cli.sweep_help import sweep_help
from methods.types.errors import did_you_mean

_USAGE = """
  lagbench run experiment=volume method=[dot,pcmci] n_samples=[1000,10000]
  lagbench run -m simulator=monotonic,nonmonotonic seeds=[0],[1]
  lagbench plan experiment=volume
  lagbench bench profile=smoke
  lagbench status results/smoke
  lagbench export results/smoke --out smoke.parquet
  lagbench report results/smoke
  lagbench list methods
  lagbench inspect data.csv
  lagbench discover data.csv --max-lag 5 --out graph.csv --plot graph.png
  lagbench check pcmci
  lagbench cite dot pcmci
"""

_COMMANDS = {
    "run": "bench.cli.run:run",
    "bench": "bench.cli.run:run_profile",
    "plan": "bench.cli.run:plan",
    "status": "bench.cli.status:status",
    "rescore": "bench.cli.rescore:rescore",
    "export": "bench.cli.export:export",
    "report": "bench.cli.report:report",
    "list": "bench.cli.list:show",
    "check": "bench.cli.check:check",
    "cite": "bench.cli.cite:cite",
    "discover": "bench.cli.discover:discover",
    "inspect": "bench.cli.inspect:inspect",
}
"""What runs each command, imported when it is given."""

SWEEPING = ("run", "bench", "plan")
"""Commands whose arguments are Hydra's overrides."""

_LISTED = (
    "methods",
    "finders",
    "simulators",
    "datasets",
    "experiments",
    "profiles",
    "limits",
    "executors",
)


def dispatch(args: argparse.Namespace, overrides: list[str]) -> int:
    """Run the command that was given and return its exit code."""
    module, _, name = _COMMANDS[args.command].partition(":")
    command = getattr(importlib.import_module(module), name)
    return int(command(overrides if args.command in SWEEPING else args))


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Parse the command; what follows those of `SWEEPING` is left to Hydra's own grammar."""
    parser = argparse.ArgumentParser(
        prog="lagbench",
        description="A benchmark of causal discovery from time series.",
        epilog="examples:" + _USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"lagbench {version('lagbench')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_sweeping(commands)
    _add_of_stores(commands)
    _add_of_methods(commands)
    _add_discover(commands)
    _add_inspect(commands)
    command = arguments[0] if arguments else ""
    if command in SWEEPING:
        if {"-h", "--help"} & set(arguments):
            print(sweep_help(command))
            parser.exit()
        return parser.parse_args(arguments[:1]), arguments[1:]
    if command and not command.startswith("-") and command not in _COMMANDS:
        hint = did_you_mean(command, _COMMANDS)
        parser.error(f"expected one of {', '.join(_COMMANDS)}, found {command!r}{hint}")
    return parser.parse_args(arguments), []


def _add_sweeping(commands: Any) -> None:
    helps = {
        "run": "run one config or sweep (Hydra overrides)",
        "bench": "run every experiment of a profile",
        "plan": "say what run or bench would do, and how long it takes",
    }
    for name in SWEEPING:
        commands.add_parser(name, help=helps[name], add_help=False)


def _add_of_stores(commands: Any) -> None:
    """Add the commands that read the folder of a run."""
    helps = {
        "status": "say what a results folder holds, and what other versions made",
        "rescore": "score the stored graphs again, without running a method",
        "export": "write one row per cell and metric",
    }
    for name, text in helps.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("folder", help="folder of a run, as results/laptop")
        if name == "export":
            command.add_argument("--out", required=True, help="CSV or Parquet to write")
    report = commands.add_parser("report", help="write the page on a results folder")
    report.add_argument(
        "words",
        nargs="*",
        metavar="FOLDER or override",
        help="folder of a run, and profile=NAME with its overrides; results/laptop if none",
    )
    report.add_argument("--config-dir", metavar="FOLDER", help="folder of configs of your own")
    report.add_argument("--reference", help="method from which the others are subtracted")


def _add_of_methods(commands: Any) -> None:
    listing = commands.add_parser("list", help="list what can be chosen")
    listing.add_argument("what", type=_listed, help=f"one of {', '.join(_LISTED)}")
    listing.add_argument("--config-dir", metavar="FOLDER", help="folder of configs of your own")
    check = commands.add_parser("check", help="check that a method keeps the contract")
    check.add_argument("method", help="a registered name, or module:Class")
    cite = commands.add_parser("cite", help="print the BibTeX of methods and their libraries")
    # None at all is answered by the command, which says how to list them.
    cite.add_argument("methods", nargs="*", metavar="METHOD", help="a registered name")


def _listed(word: str) -> str:
    if word in _LISTED:
        return word
    hint = did_you_mean(word, _LISTED)
    raise argparse.ArgumentTypeError(f"expected one of {', '.join(_LISTED)}, found {word!r}{hint}")


def _add_discover(commands: Any) -> None:
    parser = commands.add_parser("discover", help="find the lagged graph of a table")
    add_file(parser)
    parser.add_argument("--max-lag", type=int, required=True, help="largest lag, in rows (>= 1)")
    parser.add_argument(
        "--method",
        default="dot",
        help="see `lagbench list methods`; several, as pcmci,var,dot, are compared",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="parameter of the method, as alpha=0.01, or pcmci.alpha=0.01 with several methods; "
        "may be given again (see docs/methods.md)",
    )
    for option, what in (("--forbid", "does not exist"), ("--require", "exists")):
        parser.add_argument(
            option,
            action="append",
            default=[],
            metavar="LINK",
            help=f'a link that {what}, as "rain->soil@2" (@2 is the lag); may be given again',
        )
    parser.add_argument(
        "--knowledge", metavar="FILE", help="YAML of forbidden and required links, and tiers"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the method (>= 0)")
    parser.add_argument(
        "--bootstrap",
        type=int,
        default=0,
        metavar="N",
        help="say how often each edge is found again on N resamples of the series in blocks",
    )
    add_reading(parser)
    parser.add_argument(
        "--out",
        help="CSV to write: cause,effect,lag,score,selected, then what else the method knows",
    )
    parser.add_argument("--plot", help="PNG, SVG or PDF to draw")
    parser.add_argument("--html", help="page to write: the graph, its links, and the series")


def _add_inspect(commands: Any) -> None:
    parser = commands.add_parser("inspect", help="say what a table holds, and what to mend first")
    add_file(parser)
    parser.add_argument("--max-lag", type=int, help="largest lag, in steps (default: suggested)")
    add_reading(parser)
