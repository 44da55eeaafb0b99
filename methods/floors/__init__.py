"""Floor methods, which ignore what makes a cause; any other method should beat them."""

from methods.floors.correlation import Correlation
from methods.floors.persistence import Persistence
from methods.floors.random_scores import Random
from methods.floors.sortability import Sortability

__all__ = ["Correlation", "Persistence", "Random", "Sortability"]
