"""What every method has to keep."""

from bench.contract.checks import run_checks

__all__ = ["run_checks"]
