"""A pretrained Chronos-2 forecaster, read by its gradients."""

from methods.chronos.method import Chronos

__all__ = ["Chronos"]
