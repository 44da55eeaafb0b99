"""The page on a results folder."""
