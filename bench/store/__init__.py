"""The results of a run on disk."""
