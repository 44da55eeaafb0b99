import numpy as np

from bench.dev import screening
from simulators.structural.simulator import Structural


def test_a_row_for_each_kind_of_system(capsys, monkeypatch):
    few = screening.kinds()[:2]
    monkeypatch.setattr(screening, "kinds", lambda: few)
    screening.main(["--steps", "300", "600", "--seeds", "3"])
    head, _, first, second, mean, _ = capsys.readouterr().out.splitlines()
    assert "10 candidates" in head
    assert first.startswith("linear ")
    assert second.startswith("monotonic ")
    shares = np.array([[float(share) for share in row.split()[1:]] for row in (first, second)])
    np.testing.assert_allclose(
        shares.mean(axis=0), [float(s) for s in mean.split()[1:]], atol=0.001
    )
    assert shares[0, 1] > 0.9


def test_what_is_screened_in_has_the_axes_of_the_truth():
    """A linear system is ranked almost without an error, so any other order of axes would fail."""
    system = Structural(min_effect=0.2).draw(5)
    kept = screening.screened_in(system.generate(3_000).series, system.max_lag)
    true = system.truth.scores[:, :, 1:] > 0
    assert kept.shape == true.shape == (10, 10, 5)
    assert kept[true].all()
    assert kept.sum(axis=(0, 2)).max() <= 10
