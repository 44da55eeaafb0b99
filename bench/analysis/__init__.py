"""From records to tidy rows, intervals, ranks and comparisons."""
