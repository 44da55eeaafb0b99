"""Running cells: the sweep, its executors, and the isolation of each cell."""
