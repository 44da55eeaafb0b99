"""What training loads is loaded before the clock of a method starts."""

import subprocess
import sys

import pytest

CODE = """
import importlib, sys
from methods.common.libraries import TRAINING
for name in TRAINING:
    importlib.import_module(name)
import torch
before = set(sys.modules)
weight = torch.nn.Parameter(torch.ones(1))
optimiser = torch.optim.AdamW([weight])
weight.sum().backward()
optimiser.step()
print(len(set(sys.modules) - before))
"""


@pytest.mark.slow
def test_an_optimiser_loads_no_more():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 10
