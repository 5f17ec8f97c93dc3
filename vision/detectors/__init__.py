"""Detectors: pictures in, detections out, many pictures at once."""
