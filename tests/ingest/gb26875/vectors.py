"""Frames from public transcriptions of GB/T 26875.3-2011 that agree with one another; lengths and sums recomputed."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from ingest.gb26875 import times

MOMENTS = st.integers(0, 3_155_000_000).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=times.HERE) + timedelta(seconds=seconds)
)
"""Times that six bytes can hold, in BCD too."""

SMOKE_FIRE = bytes.fromhex(
    "40 40 01 00 01 01 20 3A 09 1A 09 0C 79 03 00 00 00 00 38 5B 01 00 00 00 30 00 02 02 01 01 01 28 0A 00 02 00 02 00"
    + "20" * 30
    + "00 02 3A 09 1A 09 0C 46 23 23"
)
"""Smoke detector (40), zone 10 no. 2: fire, with bit 0 unset."""
CONFIRM = bytes.fromhex("40 40 01 00 01 01 23 3A 09 1A 09 0C 38 5B 01 00 00 00 79 03 00 00 00 00 00 00 03 AB 23 23")
DUTY_ANSWER = bytes.fromhex("18 01 20 01 02 3A 09 1A 09 0C")
"""Data unit of flag 24: bit 5, operator 1."""
CLOCK_SET = bytes.fromhex("5A 01 02 3A 09 1A 09 0C")
DUTY_CHECK = bytes.fromhex("5B 01 0A")
"""Answer within 10 minutes."""
