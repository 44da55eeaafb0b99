"""Tigramite's tests and data, faster where the result is the same."""
