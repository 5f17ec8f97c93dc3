"""Photographs and documents as evidence: what they are, what they say of themselves, and where their bytes lie."""
