r"""The evidence of a linear forecaster for a set of steps, in closed form.

A step is the vector `(features, values)`: `p` features of its past, the first of which is 1, and
the `m` values to forecast. Only the moments of a set matter, the sum `G` of the outer products of
its steps. So two sets are pooled by adding their moments.

The model is :math:`y_t \sim N(B^T \phi_t, \Sigma)` with the conjugate prior: the rows of `B`
normal with covariance :math:`\Sigma / \lambda`, and :math:`\Sigma` inverse Wishart with `2 m + 2`
degrees of freedom and mean `I`, the variance of standardised data. :math:`\lambda = 4 p`: the
features are expected to explain a quarter of the noise variance. With the Cholesky factor

.. math:: L L^T = G + \mathrm{diag}(\lambda I_p, (m + 1) I_m)

`L` is a sufficient statistic: its last `m` diagonal entries hold the residual scatter, and the
last `m` rows of its inverse map a step to its residual (Karlsson, 2013, "Forecasting with
Bayesian vector autoregression", section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import multigammaln

from methods.types.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Forecaster:
    """The forecaster of a set of steps.

    Parameters
    ----------
    moments
        Shape `(p + m, p + m)`: the sum of the outer products of the steps.
    effects
        Number `m` of values that are forecast.
    """

    moments: FloatArray
    effects: int

    def pooled(self, other: Forecaster) -> Forecaster:
        """Return the forecaster of both sets of steps."""
        return Forecaster(self.moments + other.moments, self.effects)

    @property
    def steps(self) -> float:
        """Number of steps."""
        return float(self.moments[0, 0])

    @cached_property
    def factor(self) -> FloatArray:
        """The lower triangular factor `L`, shape `(p + m, p + m)`."""
        m, p = self.effects, len(self.moments) - self.effects
        prior = np.repeat([4.0 * p, m + 1.0], [p, m])
        return np.asarray(np.linalg.cholesky(self.moments + np.diag(prior)), dtype=np.float64)

    @cached_property
    def evidence(self) -> float:
        r"""The log-likelihood of all steps, each one forecast from those before it (nats).

        By the chain rule it is :math:`\log \int p(Y | B, \Sigma)\, dp(B, \Sigma)`. A forecaster
        with more coefficients than its steps determine forecasts them badly, which lowers the
        evidence (the prequential principle: Dawid, 1984, doi:10.2307/2981683).
        """
        m, p, prior = self.effects, len(self.moments) - self.effects, 2.0 * self.effects + 2.0
        posterior = prior + self.steps
        logs = np.log(np.diagonal(self.factor))
        coefficients = m * (p / 2 * np.log(4.0 * p) - logs[:p].sum())
        scatter = m * prior / 2 * np.log(m + 1.0) - posterior * logs[p:].sum()
        norm = multigammaln(posterior / 2, m) - multigammaln(prior / 2, m)
        return float(coefficients + scatter + norm - self.steps * m / 2 * np.log(np.pi))

    def log_likelihood(self, steps: FloatArray) -> FloatArray:
        r"""Return the log-density of each step under the posterior means of `B` and `Sigma`.

        `steps` has shape `(W, p + m)`, the result `(W,)`; :math:`m \log(2 \pi) / 2` is left out.
        """
        m, scale = self.effects, self._scale
        last = np.eye(len(self.moments))[:, -m:]
        to_residual = scale * solve_triangular(self.factor, last, lower=True, trans="T")
        log_sds = np.log(np.diagonal(self.factor)[-m:] / scale)
        value: FloatArray = -0.5 * np.square(steps @ to_residual).sum(axis=1) - log_sds.sum()
        return value

    def whitened(self, steps: FloatArray) -> FloatArray:
        """Return features and residuals with unit second moments, shape `(W, p + m)`."""
        white: FloatArray = self._scale * solve_triangular(self.factor, steps.T, lower=True).T
        return white

    @property
    def _scale(self) -> float:
        """Root of the weight of the residual scatter, prior and steps together."""
        return float(np.sqrt(self.steps + self.effects + 1))
