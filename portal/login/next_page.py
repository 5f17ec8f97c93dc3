"""Where to go after logging in: a page of this portal, never an address elsewhere."""

from urllib.parse import urlsplit

ELSEWHERE = ("/login", "/logout", "/kiosk/", "/api/", "/live", "/tiles/", "/_dash", "/assets/")


def local_page(address: str) -> str:
    """The path and query of a page of this portal; the map for anything else.

    A browser reads `//host`, `/\\host` and the same with tabs or line breaks in between as another site.
    """
    if not address.startswith("/") or address.startswith("//") or len(address) > 2000:
        return "/"
    if any(character <= " " or character in "\\\x7f" for character in address):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path.startswith(ELSEWHERE):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
