"""Figures of an installation, measured from outside."""

NAMES = {
    "ingest.mqtt": "gateway",
    "ingest.gb26875": "transmission devices' door",
    "ingest.simulate": "load generator",
    "ingest.worker": "Celery",
    "portal.cli up": "supervisor",
    "bench ingest": "benchmark",
    "bench doors": "benchmark",
    "-m portal": "portal",
    "mosquitto": "mosquitto",
    "postgres": "PostgreSQL",
    "redis-server": "Redis",
}
"""What a process is called, by what stands in its command line."""
