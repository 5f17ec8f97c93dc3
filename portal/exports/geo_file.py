"""Tables with geometry as GeoParquet and GeoPackage, for pandas, DuckDB and QGIS."""

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

PARQUET = "application/vnd.apache.parquet"
GPKG = "application/geopackage+sqlite3"
MEDIA = {"parquet": PARQUET, "gpkg": GPKG}
CGCS2000 = "EPSG:4490"


def geo_file(columns: Mapping[str, Sequence[Any]], geometry: Sequence[BaseGeometry], layer: str, ending: str) -> bytes:
    """One layer in CGCS2000; days are days, counts whole numbers, what is absent is null."""
    import geopandas  # here: it takes a second to come in, and few ask for it
    import pandas

    frame = pandas.DataFrame(dict(columns)).convert_dtypes()
    made = geopandas.GeoDataFrame(frame, geometry=list(geometry), crs=CGCS2000)
    if ending == "parquet":
        held = io.BytesIO()
        made.to_parquet(held, index=False, compression="zstd")
        return held.getvalue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{layer}.gpkg"
        made.to_file(path, driver="GPKG", layer=layer, engine="pyogrio")
        return path.read_bytes()
