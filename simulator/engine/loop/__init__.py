"""The compiled engine: a path is one call, the days in their order of business (docs/engine.md)."""
