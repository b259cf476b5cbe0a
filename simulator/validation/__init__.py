"""The simulator measured against theory: schemes with a known answer, run as any other, and a verdict on each.

``theory`` holds the closed forms that ``simulator.answers.closed_forms`` lacks; both use numpy and scipy alone.
"""

from .run import Finding, Validation, validate

__all__ = ["Finding", "Validation", "validate"]
