"""A bulletin as files: Word, PDF, Excel, CSV, and a zip with a copy for every city and county."""
