"""Weights by name: each with its card (hash, licence, what it was trained on, how it was measured)."""
