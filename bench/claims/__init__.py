"""What is claimed, judged by what was measured."""

from bench.claims.evidence import Evidence
from bench.claims.judge import judge
from bench.claims.verdict import Reading, Verdict

__all__ = ["Evidence", "Reading", "Verdict", "judge"]
