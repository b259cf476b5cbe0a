"""Messages about scenario files."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {}
