"""What is asked: composed with Hydra, checked, and expanded to cells."""

from bench.config.cell import Cell
from bench.config.claim import Claim
from bench.config.grid import expand
from bench.config.settings import Limits, Settings
from bench.config.view import View

__all__ = ["Cell", "Claim", "Limits", "Settings", "View", "expand"]
