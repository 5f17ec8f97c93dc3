"""To the fire service: `python -m ingest.outbox` forwards what stands in the outbox, until it is acknowledged."""
