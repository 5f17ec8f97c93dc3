"""A province's month of alarms with its truth: what rang, why it rang, and which of it was fire."""
