"""Many runs: sizes compared on the same luck, and the smallest that keeps its promises."""

from .sizing import enough, growth, size_fund

__all__ = ["enough", "growth", "size_fund"]
