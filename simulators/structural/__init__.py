"""Random structural systems, by kind of function."""

from simulators.structural.simulator import Structural

__all__ = ["Structural"]
