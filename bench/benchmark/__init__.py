"""What the harness itself costs, side by side with others: `python -m bench.benchmark`."""
