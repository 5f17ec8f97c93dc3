"""Figures of an installation, measured from outside."""

NAMES = {
    "ingest.mqtt": "gateway",
    "ingest.simulate": "load generator",
    "ingest.worker": "Celery",
    "portal.cli up": "supervisor",
    "bench ingest": "benchmark",
    "-m portal": "portal",
    "mosquitto": "mosquitto",
    "postgres": "PostgreSQL",
    "redis-server": "Redis",
}
"""What a process is called, by what stands in its command line."""
