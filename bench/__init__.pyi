"""What type checkers and editors read: the names that `__init__.py` imports when asked for."""

from bench.config.named import simulator as simulator
from bench.face.compare import compare as compare
from bench.face.compare import score as score
from bench.face.table import table as table
