"""Timings and generated documents, for developers."""
