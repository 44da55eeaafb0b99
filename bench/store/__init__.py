"""The results of a run on disk."""

from bench.store.schema import MadeBy, Record
from bench.store.store import Scan, Store

__all__ = ["MadeBy", "Record", "Scan", "Store"]
