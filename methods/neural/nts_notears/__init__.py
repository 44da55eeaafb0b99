"""NTS-NOTEARS: convolutions under an acyclicity constraint."""

from methods.neural.nts_notears.method import NTSNOTEARS

__all__ = ["NTSNOTEARS"]
