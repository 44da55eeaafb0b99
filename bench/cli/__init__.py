"""One file per command of `lagbench`."""
