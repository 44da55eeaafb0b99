"""Rules that read a trained forecaster."""
