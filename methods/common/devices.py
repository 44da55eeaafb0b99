"""The device on which a method with PyTorch computes."""

from __future__ import annotations

from methods.types.method import UnavailableError


def device_of(device: str) -> str:
    """Return `cpu` or `cuda`; `auto` takes a GPU if there is one.

    Raises
    ------
    UnavailableError
        If `cuda` is asked for and there is no GPU.
    """
    import torch

    gpu = torch.cuda.is_available()
    if device == "cuda" and not gpu:
        raise UnavailableError("device: found no GPU for cuda; use auto or cpu")
    return "cuda" if gpu and device != "cpu" else "cpu"
