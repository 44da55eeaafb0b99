"""What `lagbench discover` prints and writes of graphs."""
