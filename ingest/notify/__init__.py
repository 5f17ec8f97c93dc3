"""Telling people: notices become messages over channels, with proof."""
