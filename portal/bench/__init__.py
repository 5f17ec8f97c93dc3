"""Measuring the portal as its users meet it: real browser, real services, the full demo province."""
