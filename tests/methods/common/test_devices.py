"""A GPU that is not there is said, and is no traceback."""

import pytest
import torch

from methods import UnavailableError
from methods.common.devices import device_of


def test_without_a_gpu_cuda_is_unavailable(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_of("auto") == device_of("cpu") == "cpu"
    with pytest.raises(UnavailableError, match="device: found no GPU for cuda; use auto or cpu"):
        device_of("cuda")


def test_with_a_gpu_it_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [device_of(name) for name in ("auto", "cpu", "cuda")] == ["cuda", "cpu", "cuda"]
