"""Logging in and out, the language, and the role one acts in: server-rendered forms that need no JavaScript."""
