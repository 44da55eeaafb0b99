"""The modules of PyTorch that training needs, for `Method.libraries`."""

TRAINING = ("torch", "torch._dynamo")
"""PyTorch, and what its optimisers load when the first of them is made: that takes seconds."""
