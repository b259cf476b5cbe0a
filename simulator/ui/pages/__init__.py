"""The eight pages; each draws a view."""
