"""Style sheets of pages are loaded together: what one page names, no other may lay out by accident."""

import re
from collections import defaultdict

import pytest

from portal.assets import FOLDER

SHEETS = (*sorted((FOLDER / "pages").glob("*.css")), FOLDER / "wall.css")
RULE = re.compile(r"(?:^|[{};])\s*([^{};@]+)\{")
BARE = re.compile(r"\.([\w-]+)(?::[\w-]+)*")


def bare_classes(css: str) -> set[str]:
    """Classes that a sheet lays out wherever they stand, without a page's own class before them."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    selectors = (one.strip() for rule in RULE.findall(plain) for one in rule.split(","))
    return {found[1] for one in selectors if (found := BARE.fullmatch(one))}


@pytest.mark.parametrize(
    ("css", "classes"),
    [
        (".mosaic { gap: 0; }", {"mosaic"}),
        ("@media (max-width: 9px) { .sheet { gap: 0; } .a .b { gap: 0; } }", {"sheet"}),
        ("/* .no { } */ .yes:hover, .wall .no { gap: 0; }", {"yes"}),
    ],
)
def test_bare_classes_are_found(css: str, classes: set[str]) -> None:
    assert bare_classes(css) == classes


def test_no_two_pages_lay_out_the_same_class() -> None:
    where = defaultdict(list)
    for sheet in SHEETS:
        for name in bare_classes(sheet.read_text(encoding="utf-8")):
            where[name].append(sheet.name)
    assert {name: sheets for name, sheets in where.items() if len(sheets) > 1} == {}
