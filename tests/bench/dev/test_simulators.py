import numpy as np

from bench.dev.simulators import linear_coefficients, tigramite_links
from simulators.engine.kernel import run
from simulators.linear_var import LinearVAR


def test_both_sides_run_the_same_system():
    """Given the same noise, tigramite and the kernel return the same numbers."""
    from tigramite.toymodels.structural_causal_processes import structural_causal_process

    coefficients = linear_coefficients(seed=0)
    noise = np.random.default_rng(0).standard_normal((400, 10))
    theirs, invalid = structural_causal_process(
        tigramite_links(coefficients), T=400, noises=noise.copy(), transient_fraction=0.0
    )
    assert not invalid
    ours = noise.copy()
    system = LinearVAR(coefficients=coefficients.tolist()).draw(0)
    run(system.program, ours, np.zeros(400, dtype=np.int64), 5)
    # Tigramite keeps single precision.
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
