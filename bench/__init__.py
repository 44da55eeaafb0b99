"""The harness: grids of cells, scores and reports."""
