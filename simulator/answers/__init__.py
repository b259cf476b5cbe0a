"""What the numbers say: pure functions of results, every figure with its error."""

from .questions import answer
from .rows import AnswerRow, AnswerSheet, Verdict

__all__ = ["AnswerRow", "AnswerSheet", "Verdict", "answer"]
