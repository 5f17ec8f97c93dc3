"""The record: pure rules, tables, reads and writes. The programs meet only here."""
