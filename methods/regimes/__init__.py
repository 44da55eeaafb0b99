"""Regimes of a series: finding them, and giving every method the same choice of them."""
