"""GB/T 45839-2025 annex D: stand-alone detectors' platforms report over HTTPS."""
