"""The networks that forecast."""
