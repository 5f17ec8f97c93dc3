"""Ingest: what devices say, decoded, checked and recorded once."""
