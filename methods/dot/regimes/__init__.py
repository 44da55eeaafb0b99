"""Finding regimes before finding graphs."""
