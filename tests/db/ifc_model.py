"""A small school as an IFC4 model: a basement and two storeys, slabs, spaces; millimetres, turned by nothing."""

from pathlib import Path
from typing import Any


def model(path: Path) -> None:
    """Write it."""
    import ifcopenshell
    import ifcopenshell.guid

    file = ifcopenshell.file(schema="IFC4")

    def made(kind: str, **values: Any) -> Any:
        return file.create_entity(kind, GlobalId=ifcopenshell.guid.new(), **values)

    length = file.create_entity("IfcSIUnit", UnitType="LENGTHUNIT", Prefix="MILLI", Name="METRE")
    zero = file.create_entity("IfcCartesianPoint", (0.0, 0.0, 0.0))
    axes = file.create_entity("IfcAxis2Placement3D", zero)
    context = file.create_entity(
        "IfcGeometricRepresentationContext",
        ContextType="Model",
        CoordinateSpaceDimension=3,
        Precision=1e-5,
        WorldCoordinateSystem=axes,
    )
    project = made(
        "IfcProject",
        Name="School",
        UnitsInContext=file.create_entity("IfcUnitAssignment", [length]),
        RepresentationContexts=[context],
    )
    site = made("IfcSite", Name="Site", ObjectPlacement=file.create_entity("IfcLocalPlacement", None, axes))
    building = made("IfcBuilding", Name="教学楼", ObjectPlacement=file.create_entity("IfcLocalPlacement", None, axes))
    made("IfcRelAggregates", RelatingObject=project, RelatedObjects=[site])
    made("IfcRelAggregates", RelatingObject=site, RelatedObjects=[building])

    def block(west: float, south: float, east: float, north: float, low: float, high: float) -> Any:
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        line = file.create_entity("IfcPolyline", [file.create_entity("IfcCartesianPoint", c) for c in corners])
        profile = file.create_entity("IfcArbitraryClosedProfileDef", "AREA", None, line)
        base = file.create_entity("IfcAxis2Placement3D", file.create_entity("IfcCartesianPoint", (0.0, 0.0, low)))
        up = file.create_entity("IfcDirection", (0.0, 0.0, 1.0))
        solid = file.create_entity("IfcExtrudedAreaSolid", profile, base, up, high - low)
        body = file.create_entity("IfcShapeRepresentation", context, "Body", "SweptSolid", [solid])
        return file.create_entity("IfcProductDefinitionShape", None, None, [body])

    def storey(name: str, elevation: float, rooms: list[tuple[str, tuple[float, float, float, float]]]) -> Any:
        place = file.create_entity("IfcLocalPlacement", None, axes)
        level = made("IfcBuildingStorey", Name=name, Elevation=elevation, ObjectPlacement=place)
        slab = made("IfcSlab", Name="slab", ObjectPlacement=place)
        slab.Representation = block(0.0, 0.0, 20000.0, 10000.0, elevation - 200, elevation)
        made("IfcRelContainedInSpatialStructure", RelatingStructure=level, RelatedElements=[slab])
        spaces = []
        for room, (west, south, east, north) in rooms:
            space = made("IfcSpace", Name="01", LongName=room, ObjectPlacement=place)
            space.Representation = block(west, south, east, north, elevation, elevation + 3000)
            spaces.append(space)
        if spaces:
            made("IfcRelAggregates", RelatingObject=level, RelatedObjects=spaces)
        return level

    storeys = [
        storey("B1", -3000.0, []),
        storey("1F", 0.0, [("1楼走廊", (1000.0, 4000.0, 19000.0, 6000.0)), ("库房", (1000.0, 7000.0, 5000.0, 9000.0))]),
        storey("2F", 3600.0, [("2楼教室", (1000.0, 1000.0, 6000.0, 5000.0))]),
    ]
    made("IfcRelAggregates", RelatingObject=building, RelatedObjects=storeys)
    file.write(str(path))
