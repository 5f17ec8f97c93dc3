"""Where to go after a form: a page of this portal, never an address elsewhere."""

from urllib.parse import parse_qs, quote, urlsplit

NO_PAGES = ("/logout", "/kiosk/", "/api/v1/openapi", "/live", "/tiles/", "/_", "/assets/", "/healthz")


def local_page(address: str) -> str:
    """The path and query of a page of this portal; the map for anything else.

    A browser reads `//host`, `/\\host` and the same with tabs or line breaks in between as another site.
    """
    if not address.startswith("/") or address.startswith("//") or len(address) > 2000:
        return "/"
    if any(character <= " " or character in "\\\x7f" for character in address):
        return "/"
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path.startswith(NO_PAGES):
        return "/"
    if parts.path == "/login":
        return login_page(parse_qs(parts.query).get("next", [""])[0])
    return quote(parts.path, safe="/%:@!$&'()*+,;=~") + (f"?{parts.query}" if parts.query else "")


def after_login(address: str) -> str:
    """The page that was wanted before the login page came."""
    wanted = local_page(address)
    return "/" if wanted.startswith("/login") else wanted


def login_page(wanted: str) -> str:
    """The login page's own address, which remembers the page that was wanted."""
    page = local_page(wanted) if wanted and not wanted.startswith("/login") else "/"
    return "/login" if page == "/" else f"/login?next={quote(page, safe='')}"
