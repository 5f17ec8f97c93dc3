"""Calling out over loudspeaker columns: words become speech, speech goes to the column, its answer is the proof."""
