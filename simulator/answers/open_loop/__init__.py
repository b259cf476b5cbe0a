"""The fund's total claims as long as nothing feeds back: exact, and a pilot for rare events (docs/open_loop)."""
