"""Running drawn equations: their units, the compiled kernel, pilots, effects."""
