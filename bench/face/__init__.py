"""A small comparison from Python: run, score, table. `from bench import compare, score, table`."""
