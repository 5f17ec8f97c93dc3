"""The design's values hold what they promise: contrast, every kind of colour vision, one source for all drawings."""

from itertools import combinations, pairwise

import pytest

from portal.figures import palette, template, tokens
from tests.portal.look.colours import SIMULATED, contrast, difference, lab, linear, seen_with

VARIANTS = (tokens.LIGHT, tokens.DARK, tokens.WALL)
LEVELS = ("critical", "major", "minor", "notice")
AA_TEXT, AA_MARK = 4.5, 3.0

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent", "good") for ground in ("surface", "surface-2")),
    *((ink, "ground") for ink in ("ink", "ink-2", "ink-3", "accent")),
    *((f"{level}-ink", f"{level}-soft") for level in LEVELS),
    *((f"{level}-ink", "surface") for level in LEVELS),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
]
MARKS = [
    ("good-mark", "surface"),
    ("accent", "ground"),
    ("chart-line", "surface"),
    ("chart-2", "surface"),
    ("chart-3", "surface"),
]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Sharma, Wu & Dalal 2005, table 1
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ],
)
def test_the_measure_of_difference_is_the_published_one(one, other, expected: float) -> None:
    assert difference(one, other) == pytest.approx(expected, abs=1e-4)


def test_contrast_is_the_published_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_words_can_be_read(variant: str, ink: str, ground: str) -> None:
    values = tokens.variant(variant)
    assert contrast(values[f"--{ink}"], values[f"--{ground}"]) >= AA_TEXT


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_seen(variant: str, mark: str, ground: str) -> None:
    values = tokens.variant(variant)
    assert contrast(values[f"--{mark}"], values[f"--{ground}"]) >= AA_MARK


@pytest.mark.parametrize("level", LEVELS)
def test_the_walls_warnings_can_be_seen_from_afar(level: str) -> None:
    """On the ticker the level's colour carries dark letters; on the map it stands on the dark ground."""
    values = tokens.variant(tokens.WALL)
    assert contrast(values[f"--{level}"], values["--ground"]) >= AA_TEXT


@pytest.mark.parametrize("step", palette.RAMP)
def test_figures_on_the_ramp_can_be_read(step: str) -> None:
    ink = palette.ON_DARK if palette.RAMP.index(step) < palette.DARK_STEPS else palette.ON_LIGHT
    assert contrast(step, ink) >= AA_TEXT


def _seen(colour: str, blindness: str | None):
    values = linear(colour)
    return lab(seen_with(values, blindness) if blindness else values)


@pytest.mark.parametrize("blindness", [None, *SIMULATED])
def test_neighbours_on_the_ramp_differ_and_lightness_only_rises(blindness: str | None) -> None:
    steps = [_seen(step, blindness) for step in palette.RAMP]
    assert all(difference(one, other) >= 5 for one, other in pairwise(steps))
    assert all(other[0] - one[0] >= 4 for one, other in pairwise(steps))


@pytest.mark.parametrize("blindness", [None, *SIMULATED])
@pytest.mark.parametrize("variant", VARIANTS)
def test_warning_colours_differ_for_every_eye(variant: str, blindness: str | None) -> None:
    values = tokens.variant(variant)
    seen = {level: _seen(values[f"--{level}"], blindness) for level in LEVELS}
    apart = {pair: difference(seen[pair[0]], seen[pair[1]]) for pair in combinations(LEVELS, 2)}
    assert min(apart.values()) >= 10, apart


def test_each_level_has_a_shape_of_its_own() -> None:
    """Colour is never alone: sign and word stand beside it."""
    signs = {tokens.variant(tokens.LIGHT)[f"--sign-{level}"] for level in LEVELS}
    assert len(signs) == len(LEVELS)
    drawn = {(tokens.SHEET.parent / f"icons/{sign[5:-1]}.svg").read_text() for sign in signs}
    assert len(drawn) == len(LEVELS)


def test_dark_is_the_same_whoever_asks_for_it() -> None:
    """By the person's choice and by their system: two blocks of the sheet, one set of values."""
    by_system = next(values for selector, values in tokens.blocks() if ":not([data-scheme" in selector)
    by_choice = next(values for selector, values in tokens.blocks() if selector.startswith(':root[data-scheme="dark"'))
    assert by_system == by_choice


def test_every_variant_says_every_colour() -> None:
    said = {name: set(tokens.variant(name)) for name in VARIANTS}
    assert said[tokens.LIGHT] == said[tokens.DARK] == said[tokens.WALL]
    dark = next(values for selector, values in tokens.blocks() if selector.startswith(':root[data-scheme="dark"'))
    wall = next(values for selector, values in tokens.blocks() if ".bare-wall" in selector)
    assert set(dark) == set(wall)


def test_charts_and_maps_are_drawn_from_the_tokens() -> None:
    light = tokens.variant(tokens.LIGHT)
    assert palette.RAMP[0] == light["--ramp-1"]
    assert template.layout()["colorway"][0] == light["--chart-line"]
    assert template.axis()["gridcolor"] == light["--chart-grid"]
