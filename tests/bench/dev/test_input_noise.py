import pytest

from bench.dev import input_noise


@pytest.mark.slow
def test_a_row_for_each_noise(capsys):
    """A linear system is ranked almost without an error, whatever the noise."""
    words = ["--kind", "linear", "--noise", "0.2", "0", "--steps", "600", "--seeds", "3"]
    input_noise.main(words)
    head, first, second = capsys.readouterr().out.splitlines()
    assert head == "AUPRC of dot, linear, 600 steps, seeds [3]"
    for row, noise in ((first, 0.2), (second, 0.0)):
        shown, score = row.split()
        assert float(shown) == pytest.approx(noise)
        assert float(score) > 0.95
