"""How many files and connections this process may have open."""

import resource


def allow(count: int) -> None:
    """Raise the soft limit to so many where the hard one lets us; it is never lowered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
