"""Looking at data before a method does: time, missing values, trends, seasons, length."""

from methods.inspection.inspect import Inspection, inspect

__all__ = ["Inspection", "inspect"]
