"""Plans: geometry proven by cases, faults told one by one, sketches that are always sound."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.rules import scene_links
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, Route, elevations
from db.rules.plan_checks import KnownArea, KnownDevice, OnRecord, faults
from db.rules.plan_geometry import (
    area,
    centre,
    holds,
    inner_spot,
    is_simple,
    lies_within,
    rectangle,
    signed_area,
    to_degrees,
    to_local,
)
from db.rules.plan_json import NotAPlan, plan_of, plan_told
from db.rules.plan_sketch import Venue, sketch
from db.rules.venue_categories import Category
from tests.db.plan_cases import KNOWN, ORIGIN, house

METRES = st.floats(-500, 500)
ELL = ((0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (4.0, 4.0), (4.0, 10.0), (0.0, 10.0))


@st.composite
def stars(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """Outlines seen whole from their middle: never crossing themselves."""
    x, y = draw(METRES), draw(METRES)
    reaches = draw(st.lists(st.floats(3, 40), min_size=3, max_size=14))
    n = len(reaches)
    return tuple(
        (x + r * math.cos(2 * math.pi * i / n), y + r * math.sin(2 * math.pi * i / n)) for i, r in enumerate(reaches)
    )


@given(METRES, METRES)
def test_metres_and_degrees_lead_back(x: float, y: float) -> None:
    there = to_local(*to_degrees((x, y), ORIGIN), ORIGIN)
    assert math.dist(there, (x, y)) < 1e-6


@given(stars())
def test_a_star_is_simple_and_holds_its_inner_spot(ring: tuple[tuple[float, float], ...]) -> None:
    assert is_simple(ring)
    assert signed_area(ring) > 0
    assert signed_area(ring[::-1]) == pytest.approx(-signed_area(ring))
    assert holds(ring, inner_spot(ring))
    assert lies_within(ring, ring, tolerance=0.01)


@given(stars(), METRES, METRES)
def test_moving_changes_no_shape(ring: tuple[tuple[float, float], ...], dx: float, dy: float) -> None:
    moved = tuple((x + dx, y + dy) for x, y in ring)
    assert area(moved) == pytest.approx(area(ring), rel=1e-6)
    assert math.dist(centre(moved), (centre(ring)[0] + dx, centre(ring)[1] + dy)) < 1e-5


@given(st.integers(4, 14), st.floats(2, 80), st.integers(0, 20))
def test_a_crossing_is_found_wherever_the_outline_begins(corners: int, reach: float, n: int) -> None:
    ring = [
        (reach * math.cos(2 * math.pi * i / corners), reach * math.sin(2 * math.pi * i / corners))
        for i in range(corners)
    ]
    crossed = (ring[1], ring[0], *ring[2:])
    assert not is_simple(crossed[n % corners :] + crossed[: n % corners])


@pytest.mark.parametrize(
    ("ring", "sound"),
    [
        (ELL, True),
        (((0.0, 0.0), (1.0, 1.0)), False),
        (((0.0, 0.0), (5.0, 0.0), (10.0, 0.0)), False),
        (((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 0.0)), False),
        (((0.0, 0.0), (10.0, 0.0), (4.0, 0.0), (4.0, 5.0)), False),
        (((0.0, 0.0), (0.0, 0.0), (4.0, 0.0), (4.0, 5.0)), False),
    ],
    ids=["L", "two corners", "flat", "touches itself", "goes back", "a corner twice"],
)
def test_simple_outlines(ring: tuple[tuple[float, float], ...], sound: bool) -> None:
    assert is_simple(ring) is sound


def test_what_closes_over_a_bay_is_not_inside() -> None:
    assert lies_within(rectangle(0, 0, 4, 10), ELL, tolerance=0.1)
    assert not lies_within(rectangle(0, 0, 10, 10), ELL, tolerance=0.1)
    assert not lies_within(((1.0, 9.0), (9.0, 1.0), (9.0, 2.0), (2.0, 9.0)), ELL, tolerance=0.1)


def test_a_sound_plan_has_no_fault() -> None:
    assert faults(house(), KNOWN) == []


FAULTS = [
    ({"areas": (FloorArea("", rectangle(15, 4, 25, 6), 1),)}, "the area {area} reaches beyond"),
    ({"areas": (FloorArea("", rectangle(1, 1, 5, 5), 2),)}, "is on record on {recorded}"),
    ({"areas": (FloorArea("", rectangle(1, 1, 5, 5), 99),)}, "not one of this venue's"),
    ({"areas": (FloorArea(" ", rectangle(1, 1, 5, 5)),)}, "an area needs a name"),
    ({"areas": (FloorArea("x", ((1.0, 1.0), (5.0, 5.0), (5.0, 1.0), (1.0, 5.0))),)}, "area {area} crosses itself"),
    ({"areas": (FloorArea("", rectangle(1, 1, 5, 5), 1), FloorArea("", rectangle(6, 1, 9, 5), 1))}, "drawn {n} times"),
    ({"devices": (DevicePlace(9, 1, 1, 1),)}, "not in use at this venue"),
    ({"devices": (DevicePlace(7, 30, 1, 1),)}, "hangs outside the floor"),
    ({"devices": (DevicePlace(7, 3, 1, 9),)}, "above the ceiling"),
    ({"devices": (DevicePlace(7, 3, 1, 1), DevicePlace(7, 4, 1, 1))}, "hangs in {n} places"),
    ({"devices": (DevicePlace(7, 3, 1, 1, Cone(0, 60, 5)),)}, "is no camera"),
    ({"devices": (DevicePlace(8, 3, 1, 1, Cone(0, 1, 5)),)}, "the camera {code} looks"),
    ({"routes": (Route(((1.0, 1.0),)),)}, "needs 2 to 200 points"),
    ({"routes": (Route(((1.0, 1.0), (1.0, 1.1))),)}, "leads nowhere"),
    ({"routes": (Route(((50.0, 1.0), (60.0, 1.0))),)}, "does not touch the floor"),
    ({"routes": (Route(((5.0, 1.0), (5.0, -90.0))),)}, "ends more than"),
]


@pytest.mark.parametrize(("ground", "said"), FAULTS, ids=[said for _, said in FAULTS])
def test_each_fault_is_one_sentence(ground: dict[str, object], said: str) -> None:
    fault = faults(house(**ground), KNOWN)[0]
    assert said in fault.message
    assert fault.message.format(**fault.facts)


@pytest.mark.parametrize(
    ("levels", "said"),
    [((), "has no floor"), ((0,), "there is no floor 0"), ((1, 3), "without a gap"), ((1, 1), "a floor twice")],
)
def test_floors_follow_one_another(levels: tuple[int, ...], said: str) -> None:
    plan = Plan((Building("x", rectangle(0, 0, 9, 9), tuple(Floor(level, 3.0) for level in levels)),))
    (fault,) = faults(plan, KNOWN)
    assert said in fault.message


def test_all_faults_are_told_at_once() -> None:
    plan = house(devices=(DevicePlace(7, 30, 1, 1), DevicePlace(9, 1, 1, 1)))
    twice = Plan((*plan.buildings, replace(plan.buildings[0])))
    assert len(faults(twice, KNOWN)) >= 5


def test_what_is_to_be_checked_is_bounded() -> None:
    many = tuple(Route(((1.0, 1.0), (2.0, 2.0))) for _ in range(390))
    floors = tuple(Floor(level, 3.0, routes=many) for level in range(1, 20))
    (fault,) = faults(Plan((Building("x", rectangle(0, 0, 9, 9), floors),)), KNOWN)
    assert "at most {n} corners" in fault.message


def test_floors_stand_upon_one_another() -> None:
    floors = (Floor(2, 3.0), Floor(-1, 4.0), Floor(1, 3.5), Floor(-2, 3.0))
    assert elevations(Building("x", ELL, floors)) == {1: 0, 2: 3.5, -1: -4, -2: -7}


AREAS = st.lists(
    st.tuples(
        st.sampled_from([k.value for k in AreaKind]),
        st.sampled_from([-2, -1, 1, 2, 3, 6]),
        st.sampled_from(
            ["大门出入口", "1号宿舍楼2楼", "2号宿舍楼1楼", "宿舍楼楼梯", "食堂厨房", "走廊", "A", "室外消火栓", ""]
        ),
        st.lists(st.sampled_from(list(DeviceKind)), max_size=5),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(list(Category)), st.none() | st.integers(0, 60_000), AREAS)
def test_every_sketch_is_sound_and_leaves_nothing_out(
    category: Category, students: int | None, rows: list[tuple[str, int, str, list[DeviceKind]]]
) -> None:
    areas = [KnownArea(i, name, floor, kind) for i, (kind, floor, name, _) in enumerate(rows, 1)]
    devices = [
        KnownDevice(1000 * i + n, f"d{i}-{n}", kind, i)
        for i, (*_, hung) in enumerate(rows, 1)
        for n, kind in enumerate(hung)
    ]
    plan = sketch(Venue(category, students, areas, devices))
    known = OnRecord({a.id: a for a in areas}, {d.id: d for d in devices})
    assert faults(plan, known) == []
    assert {a.area_id for _, f in plan.floors() for a in f.areas} == {a.id for a in areas}
    assert {d.device_id for _, f in plan.floors() for d in f.devices} == {d.id for d in devices}
    assert plan_of(plan_told(plan)) == plan


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"buildings": {}},
        {"buildings": [{"name": 1, "outline": [], "floors": []}]},
        {"buildings": [{"name": "x", "outline": [["1", 2]], "floors": []}]},
        {"buildings": [{"name": "x", "outline": [[1e99, 2]], "floors": []}]},
        {"buildings": [{"name": "x", "outline": [[1, 2]], "floors": [{"level": 1.5, "height": 3}]}]},
        {"buildings": [{"name": "x\0", "outline": [[1, 2]], "floors": []}]},
    ],
)
def test_what_is_no_plan_is_refused(told: object) -> None:
    with pytest.raises(NotAPlan):
        plan_of(told)


def test_a_link_says_what_was_signed_and_nothing_else_is_believed() -> None:
    until = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=5)
    token = scene_links.issue("key", 42, until, b"n" * 16)
    assert scene_links.read("key", token) == scene_links.Named(42, until)
    assert scene_links.read("other key", token) is None


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_a_link_that_was_touched_opens_nothing(position: int, letter: str) -> None:
    token = scene_links.issue("key", 42, datetime(2026, 3, 1, tzinfo=UTC), b"n" * 16)
    i = position % len(token)
    touched = token[:i] + letter + token[i + 1 :]
    assert (scene_links.read("key", touched) is None) == (touched != token)
    assert scene_links.read("key", token[:i]) is None
