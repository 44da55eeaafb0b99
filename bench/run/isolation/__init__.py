"""A cell in a process of its own, within its limits."""
