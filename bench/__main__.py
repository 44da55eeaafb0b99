"""The command line: running sweeps, looking at their results, and methods on their own.

Threads are pinned before anything that could load numpy, and each command's modules are
imported only when that command runs.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from bench.threads import pin

pin()

_USAGE = """
  lagbench run experiment=volume method=[dot,pcmci] n_samples=[1000,10000]
  lagbench run -m simulator=monotonic,nonmonotonic seeds=[0],[1]
  lagbench plan experiment=volume
  lagbench bench profile=smoke
  lagbench status results/smoke
  lagbench export results/smoke --out smoke.parquet
  lagbench report results/smoke
  lagbench list methods
  lagbench discover data.csv --max-lag 5 --out graph.csv --plot graph.png
  lagbench check pcmci
  lagbench cite dot pcmci
"""


# What runs each command, imported when it is given.
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
}
_HYDRA = ("run", "bench", "plan")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    0; 1 if a run or check failed; 2 for bad input; 130 if interrupted, 143 if terminated, 141 if
    nobody reads what a sweep prints.
    """
    args, overrides = _parse(list(sys.argv[1:] if arguments is None else arguments))
    # A class given as module:Class is looked up where its author works, as `python -m` would.
    sys.path.append(os.getcwd())  # noqa: PTH109 - pathlib is not needed for --help
    # So that a `kill` or a `timeout` ends as a Ctrl-C does.
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _dispatch(args, overrides)
    except BrokenPipeError:  # the reader of our output, such as `head`, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141 if args.command in _HYDRA else 0
    except KeyboardInterrupt as stop:
        kept = args.command in _HYDRA
        forced = any(word.startswith(("force=", "retry=")) for word in overrides)
        hint = "; the same command goes on from here" if kept else ""
        hint += ", without force or retry" * (kept and forced)
        print(f"lagbench: interrupted{hint}", file=sys.stderr)
        return 143 if isinstance(stop, _Terminated) else 130
    except (ValueError, OSError) as error:
        print(f"lagbench: {error}", file=sys.stderr)
        return 2


class _Terminated(KeyboardInterrupt):
    """Raised by SIGTERM, as KeyboardInterrupt is by SIGINT."""


def _terminate(*_: object) -> None:
    raise _Terminated


def _dispatch(args: argparse.Namespace, overrides: list[str]) -> int:
    module, _, name = _COMMANDS[args.command].partition(":")
    command = getattr(importlib.import_module(module), name)
    return int(command(overrides if args.command in _HYDRA else args))


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Parse the command; what follows `run` and `bench` is left to Hydra's own grammar."""
    parser = argparse.ArgumentParser(
        prog="lagbench",
        description="A benchmark of causal discovery from time series.",
        epilog="examples:" + _USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="run one config or sweep (Hydra overrides)", add_help=False)
    commands.add_parser("bench", help="run every experiment of a profile", add_help=False)
    commands.add_parser(
        "plan", help="say what run or bench would do, and how long it takes", add_help=False
    )
    _add_store_commands(commands)
    report = commands.add_parser("report", help="write the page on a results folder")
    report.add_argument(
        "words",
        nargs="*",
        metavar="FOLDER or override",
        help="folder of a run, and profile=NAME with its overrides; results/laptop if none",
    )
    report.add_argument("--config-dir", metavar="FOLDER", help="folder of configs of your own")
    report.add_argument("--reference", help="method from which the others are subtracted")
    listing = commands.add_parser("list", help="list what can be chosen")
    listing.add_argument(
        "what",
        choices=[
            "methods",
            "simulators",
            "datasets",
            "experiments",
            "profiles",
            "limits",
            "executors",
        ],
    )
    check = commands.add_parser("check", help="check that a method keeps the contract")
    check.add_argument("method", help="a registered name, or module:Class")
    cite = commands.add_parser("cite", help="print the BibTeX of methods and their libraries")
    # None at all is answered by the command, which says how to list them.
    cite.add_argument("methods", nargs="*", metavar="METHOD", help="a registered name")
    _add_discover(
        commands.add_parser("discover", help="find the lagged graph of a CSV or Parquet")
    )
    if arguments[:1] and arguments[0] in _HYDRA:
        return parser.parse_args(arguments[:1]), arguments[1:]
    return parser.parse_args(arguments), []


def _add_store_commands(commands: Any) -> None:
    """Add the commands that read the folder of a run."""
    helps = {
        "status": "say what a results folder holds, and what other versions made",
        "rescore": "score the stored graphs anew, without running a method",
        "export": "write one row per cell and metric",
    }
    for name, text in helps.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("folder", help="folder of a run, as results/laptop")
        if name == "export":
            command.add_argument("--out", required=True, help="CSV or Parquet to write")


def _add_discover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="one named column per variable, rows in time order")
    parser.add_argument("--max-lag", type=int, required=True, help="largest lag, in rows (>= 1)")
    parser.add_argument("--method", default="dot", help="see `lagbench list methods`")
    parser.add_argument("--seed", type=int, default=0, help="seed of the method (>= 0)")
    parser.add_argument("--time-column", help="column to drop")
    parser.add_argument(
        "--missing",
        choices=["refuse", "split"],
        default="refuse",
        help="missing values: refuse the file, or split the series at the gaps",
    )
    parser.add_argument("--out", help="CSV to write: cause,effect,lag,score,selected")
    parser.add_argument("--plot", help="PNG, SVG or PDF to draw")


if __name__ == "__main__":
    sys.exit(main())
