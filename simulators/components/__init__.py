"""Parts that a simulator draws: graphs, noise, regimes."""
