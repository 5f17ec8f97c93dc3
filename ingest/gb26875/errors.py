"""What bytes can be wrong with."""


class FrameError(ValueError):
    """Bytes that are no frame, or a frame that says nothing; the message is one sentence."""
