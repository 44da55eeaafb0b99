"""Published neural baselines, written anew in PyTorch from their papers; one file per method."""
