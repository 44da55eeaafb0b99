"""Tigramite's tests and data, computed faster where the result is the same."""
