"""The relay: pictures of cameras that somebody watches, made playable in a browser for as long as they are watched."""
