"""Regimes of a series, found before its graphs."""
