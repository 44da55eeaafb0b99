import re

import pytest
import torch

from bench.dev import gpu

SMALL = gpu.Sizes(
    device="cpu", ranked=300, long=400, each=300, cells=2, updates=20, variables=3, matrix=64
)


def test_without_a_gpu_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    gpu.main()
    assert capsys.readouterr().out == "no GPU\n"


def test_operations_of_a_product_and_its_gradient_are_counted():
    left, right = torch.ones(3, 4, requires_grad=True), torch.ones(4, 5)
    with gpu.Operations() as counted:
        torch.mm(left, right).sum().backward()
    # Forward 2 x 3 x 4 x 5, and as many for the gradient of the left factor.
    assert counted.total == 2 * 3 * 4 * 5 * 2


@pytest.mark.slow
def test_all_parts_are_printed(capsys):
    gpu.main(SMALL)
    text = capsys.readouterr().out
    # The same device twice is the same graph.
    alike = r"^  dot(_paper)? +rank correlation 1.0000, 9 of 9 strongest the same$"
    assert len(re.findall(alike, text, flags=re.M)) == 2
    assert (
        len(re.findall(r"^  dot(?:_paper)? +\S+ s, \d+\.\d% of the peak$", text, flags=re.M)) == 2
    )
    assert re.search(r"^  2 together +\d", text, flags=re.M)
