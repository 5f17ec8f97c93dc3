"""Nobody is shown a row outside their scope, whichever way they ask: five people, every way in.

Each of the five levels logs in over HTTP and asks every API route, tile, live stream, page and raw table for rows that
are not theirs. A new API route must be added to its room's `TRIED`, a new page to `PAGES`, a new table to `TABLES`.
"""

from pkgutil import iter_modules

import pytest

# The assertions of `tries_*.py` say what they compared when they fail, as those of tests do.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))
