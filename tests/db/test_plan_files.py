"""Plans in files: what is written comes back, and every fault of a file is told; nothing is half taken."""

import json
from pathlib import Path
from typing import Any

import pytest

from db.errors import InvalidInput
from db.plan_files import geojson, reading
from db.plan_files.written import geojson as written
from db.rules.plan import PlanSource
from db.rules.plan_checks import faults
from db.rules.plan_geometry import area, rectangle, to_degrees
from geodata.coordinates import Datum, from_cgcs2000
from tests.db.plan_cases import KNOWN, ORIGIN, house


def feature(kind: str | None, shape: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    said = properties if kind is None else {"kind": kind, **properties}
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": said}


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def ring(west: float, south: float, east: float, north: float, datum: Datum = Datum.CGCS2000) -> list[Any]:
    spots = [to_degrees(spot, ORIGIN) for spot in rectangle(west, south, east, north)]
    if datum is not Datum.CGCS2000:
        shifted = from_cgcs2000([x for x, _ in spots], [y for _, y in spots], datum)
        spots = list(zip(shifted.lng.tolist(), shifted.lat.tolist(), strict=True))
    return [[list(spot) for spot in (*spots, spots[0])]]


HOUSE = feature("building", "Polygon", ring(0, 0, 20, 10), name="教学楼", floors=2, basements=1)


def test_what_is_written_comes_back() -> None:
    plan = house()
    found = geojson.read(json.dumps(written(plan, KNOWN, ORIGIN)).encode(), KNOWN, ORIGIN)
    assert found.faults == []
    assert [r.facts["name"] for r in found.remarks] == ["值班室"]
    (building,) = found.plan.buildings
    assert [(f.level, f.height) for f in building.floors] == [(1, 3.6), (2, 3.3)]
    assert building.floors[0].devices == plan.buildings[0].floors[0].devices
    assert building.floors[0].areas[0].area_id == 1
    assert area(building.floors[1].outline or ()) == pytest.approx(140, abs=0.1)


def test_a_map_s_footprint_becomes_a_building() -> None:
    taken = collection(feature(None, "Polygon", ring(0, 0, 20, 10), **{"building": "school", "building:levels": "3"}))
    (building,) = geojson.read(taken, KNOWN, ORIGIN).plan.buildings
    assert [floor.level for floor in building.floors] == [1, 2, 3]
    assert area(building.outline) == pytest.approx(200, abs=0.1)


@pytest.mark.parametrize("said", ["file", "given"])
def test_a_shifted_datum_is_put_right(said: str) -> None:
    shifted = feature("building", "Polygon", ring(0, 0, 20, 10, Datum.GCJ02), name="x")
    more = {"anwang": {"datum": "GCJ-02"}} if said == "file" else {}
    given = Datum.GCJ02 if said == "given" else None
    (building,) = geojson.read(collection(shifted, **more), KNOWN, ORIGIN, given).plan.buildings
    assert (
        max(abs(a - b) for a, b in zip(sum(building.outline, ()), sum(rectangle(0, 0, 20, 10), ()), strict=True)) < 0.01
    )


FAULTS = [
    (b"[", "This is not JSON"),
    (b"[" * 100_000, "This is not JSON"),
    (b"{}", "not a GeoJSON FeatureCollection"),
    (collection(), "There is no building in the file"),
    (collection(None), "Feature {n} has no geometry"),
    (collection(feature("tree", "Point", [1, 2])), "its property kind is {kind}"),
    (collection(feature("building", "Point", [114.94, 25.83])), "a {kind} is a {shape}"),
    (collection(feature("building", "Polygon", [[["x", 1]]])), "its coordinates cannot be read"),
    (collection(feature("building", "Polygon", [])), "its coordinates cannot be read"),
    (collection(feature("building", "Polygon", [[[1e400, 1], [2, 2], [3, 1]]])), "its coordinates cannot be read"),
    (collection(feature("building", "Polygon", [[[0, 0], [1, 0], [1, 1], [0, 0]]])), "lies {km} km from the venue"),
    (collection(feature("building", "Polygon", ring(0, 0, 9, 9) * 2)), "has a hole"),
    (collection(HOUSE, HOUSE), "a building called {name} is in the file already"),
    (collection(feature("building", "Polygon", ring(0, 0, 9, 9), floors="many")), "are figures"),
    (collection(feature("building", "Polygon", ring(0, 0, 9, 9), floors=99)), "more than {most} floors"),
    (
        collection(HOUSE, feature("area", "Polygon", ring(1, 1, 5, 5), building="x", level=1)),
        "no building called {name}",
    ),
    (collection(HOUSE, feature("area", "Polygon", ring(1, 1, 5, 5), level=0, name="x")), "its level is a whole number"),
    (collection(HOUSE, feature("area", "Polygon", ring(1, 1, 5, 5), level=9, name="x")), "has no floor {level}"),
    (collection(HOUSE, feature("area", "Polygon", ring(1, 1, 5, 5), level=1)), "an area needs a name"),
    (collection(HOUSE, feature("area", "Polygon", ring(1, 1, 50, 5), level=1, name="x")), "reaches beyond the floor"),
    (collection(HOUSE, feature("device", "Point", ring(1, 1, 2, 2)[0][0], level=1, code="?")), "no device {code}"),
    (
        collection(HOUSE, feature("device", "Point", ring(1, 1, 2, 2)[0][0], level=1, code="cam-1", heading=1)),
        "the last three together",
    ),
]


@pytest.mark.parametrize(("content", "said"), FAULTS, ids=[f"{i} {said}" for i, (_, said) in enumerate(FAULTS)])
def test_each_fault_of_a_file_is_told(content: bytes, said: str) -> None:
    found = reading.read(content, KNOWN, ORIGIN)
    assert said in found.faults[0].message
    assert found.faults[0].message.format(**found.faults[0].facts)


def test_ifc_storeys_and_spaces_are_taken(tmp_path: Path) -> None:
    pytest.importorskip("ifcopenshell")
    from tests.db.ifc_model import model

    path = tmp_path / "school.ifc"
    model(path)
    found = reading.read(path.read_bytes(), KNOWN, ORIGIN)
    assert found.source is PlanSource.IFC
    assert found.faults == []
    (building,) = found.plan.buildings
    assert building.name == "教学楼"
    assert [(floor.level, floor.height) for floor in building.floors] == [(-1, 3.0), (1, 3.6), (2, 3.6)]
    ground = building.floors[1]
    assert [part.area_id for part in ground.areas] == [1, None]
    assert area(building.outline_of(ground)) == pytest.approx(200, rel=0.02)
    assert faults(found.plan, KNOWN) == []


@pytest.mark.parametrize("content", [b"ISO-10303-21;\nHEADER;", b"ISO-10303-21;\x00\xff"])
def test_a_damaged_model_is_refused(content: bytes) -> None:
    pytest.importorskip("ifcopenshell")
    try:
        said = reading.read(content, KNOWN, ORIGIN).faults[0].message
    except InvalidInput as refusal:
        said = str(refusal)
    assert said == "This is not an IFC file, or it is damaged."


def test_without_ifcopenshell_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.plan_files.ifc.find_spec", lambda _name: None)
    with pytest.raises(InvalidInput, match=r"pip install anwang\[ifc\]"):
        reading.read(b"ISO-10303-21;", KNOWN, ORIGIN)
