"""Systems with a known lagged causal graph."""
