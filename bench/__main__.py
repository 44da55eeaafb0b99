"""The command line: `lagbench run | bench | list | discover | check`.

Threads are pinned before anything that could load numpy, and each command's modules are
imported only when that command runs.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from bench.threads import pin

pin()

_USAGE = """
  lagbench run experiment=volume method=[dot,pcmci] n_samples=[1000,10000]
  lagbench run -m simulator=monotonic,nonmonotonic seeds=[0],[1]
  lagbench bench profile=smoke
  lagbench list methods
  lagbench discover data.csv --max-lag 5 --out graph.csv --plot graph.png
  lagbench check pcmci
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    0; 1 if a run or check failed; 2 for bad input; 130 if interrupted, 143 if terminated.
    """
    args, overrides = _parse(list(sys.argv[1:] if arguments is None else arguments))
    # A class given as module:Class is looked up where its author works, as `python -m` would.
    sys.path.append(os.getcwd())  # noqa: PTH109 - pathlib is not needed for --help
    # So that a `kill` or a `timeout` also ends the workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return _dispatch(args, overrides)
    except BrokenPipeError:  # the reader of our output, such as `head`, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        kept = args.command in ("run", "bench")
        hint = "; the same command goes on from here" if kept else ""
        print(f"lagbench: interrupted{hint}", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        print(f"lagbench: {error}", file=sys.stderr)
        return 2


def _dispatch(args: argparse.Namespace, overrides: list[str]) -> int:
    if args.command == "run":
        from bench.app import run

        return run(overrides)
    if args.command == "bench":
        from bench.app import run_profile

        return run_profile(overrides)
    if args.command == "list":
        from bench.listing import show

        return show(args.what)
    if args.command == "check":
        from bench.checking import check

        return check(args.method)
    from bench.discovery import discover

    return discover(args)


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
    listing = commands.add_parser("list", help="list methods, simulators, experiments or profiles")
    listing.add_argument("what", choices=["methods", "simulators", "experiments", "profiles"])
    check = commands.add_parser("check", help="check that a method keeps the contract")
    check.add_argument("method", help="a registered name, or module:Class")
    _add_discover(
        commands.add_parser("discover", help="find the lagged graph of a CSV or Parquet")
    )
    if arguments[:1] in (["run"], ["bench"]):
        return parser.parse_args(arguments[:1]), arguments[1:]
    return parser.parse_args(arguments), []


def _add_discover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="one named column per variable, rows in time order")
    parser.add_argument("--max-lag", type=int, required=True, help="largest lag, in rows (>= 1)")
    parser.add_argument("--method", default="dot", help="see `lagbench list methods`")
    parser.add_argument("--seed", type=int, default=0, help="seed of the method (>= 0)")
    parser.add_argument("--time-column", help="column to drop")
    parser.add_argument(
        "--missing", choices=["refuse", "split"], default="refuse",
        help="missing values: refuse the file, or split the series at the gaps",
    )  # fmt: skip
    parser.add_argument("--out", help="CSV to write: cause,effect,lag,score,selected")
    parser.add_argument("--plot", help="PNG, SVG or PDF to draw")


if __name__ == "__main__":
    sys.exit(main())
