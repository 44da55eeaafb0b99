"""The command line: what every command has in common.

Threads are pinned before anything that could load numpy, and each command's modules are
imported only when that command runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from bench.threads import pin

pin()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    0; 1 if a run or check failed; 2 for bad input; 130 if interrupted, 143 if terminated, 141 if
    nobody reads what a sweep prints.
    """
    from bench.cli.parser import SWEEPING, dispatch, parse
    from methods.types.errors import InputError

    args, overrides = parse(list(sys.argv[1:] if arguments is None else arguments))
    # A class given as module:Class is looked up where its author works, as `python -m` would.
    folder = os.getcwd()  # noqa: PTH109 - pathlib is not needed for --help
    sys.path += [] if folder in sys.path else [folder]
    # So that a `kill` or a `timeout` ends as a Ctrl-C does.
    signal.signal(signal.SIGTERM, _terminate)
    sweeping = args.command in SWEEPING
    try:
        return dispatch(args, overrides)
    except BrokenPipeError:  # the reader of our output, such as `head`, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141 if sweeping else 0
    except KeyboardInterrupt as stop:
        hint = _hint(overrides) if sweeping else ""
        print(f"lagbench: interrupted{hint}", file=sys.stderr)
        return 143 if isinstance(stop, _Terminated) else 130
    except (InputError, OSError) as error:  # any other error is ours, and keeps its traceback
        print(f"lagbench: {error}", file=sys.stderr)
        return 2


def _hint(overrides: Sequence[str]) -> str:
    """Say how an interrupted sweep goes on."""
    forced = any(word.startswith(("force=", "retry=")) for word in overrides)
    without = ", without force or retry" if forced else ""
    return f"; the same command goes on from here{without}"


class _Terminated(KeyboardInterrupt):
    """Raised by SIGTERM, as KeyboardInterrupt is by SIGINT."""


def _terminate(*_: object) -> None:
    raise _Terminated


if __name__ == "__main__":
    sys.exit(main())
