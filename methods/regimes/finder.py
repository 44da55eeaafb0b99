"""What a finder of regimes is: something that labels every step of a series."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from methods.types.arrays import IntArray
from methods.types.parameters import Parameters
from methods.types.series import TimeSeries


class Finder(Parameters):
    """A finder of regimes, apart from any method that finds a graph.

    A subclass is a frozen keyword-only dataclass. `libraries` and `version` are as those of
    `methods.Method`.
    """

    libraries: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1

    @abstractmethod
    def find(
        self, series: TimeSeries, max_lag: int, rng: np.random.Generator
    ) -> tuple[IntArray, ...]:
        """Label every step with its regime.

        Parameters
        ----------
        series
            One or more segments of at least `max_lag + 2` rows. Its own labels are not read.
        max_lag
            Largest lag of an effect (steps).
        rng
            The only source of randomness.

        Returns
        -------
        tuple of ndarray
            For each segment integer labels of shape `(T_k,)`; equal labels mean one regime, also
            where it returns later or in another segment.

        Raises
        ------
        DeclinedError
            If the finder does not take this series.
        """
