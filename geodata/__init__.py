"""Boundaries, datums and geometry: a leaf that knows nothing of the record."""
