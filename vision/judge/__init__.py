"""Judging what was seen: zones, persistence, rules. Pure: pictures and moments in, findings out."""
