"""Rendered corridors: every thing in them is known, so every label is exact. Nobody takes them for photographs."""
