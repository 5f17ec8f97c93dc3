"""Vision: what cameras see. This room is empty until the camera workers move in."""
