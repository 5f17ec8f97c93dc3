"""The same points as dash-leaflet clusters: the simplest map of many points that Dash offers, to compare with."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import dash_leaflet as dl
from dash import Dash, html


def app_of(points: Sequence[Sequence[float]]) -> Dash:
    """One page with one map."""
    app = Dash("clusters", update_title="")
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": {"id": number}}
        for number, point in enumerate(points)
    ]
    data = {"type": "FeatureCollection", "features": features}
    app.layout = html.Div(
        dl.Map(
            dl.GeoJSON(data=data, cluster=True, zoomToBoundsOnClick=True),
            center=[27.6, 115.9],
            zoom=7,
            preferCanvas=True,
            style={"height": "100vh"},
        )
    )
    return app


@contextmanager
def serving(points: Sequence[Sequence[float]]) -> Iterator[str]:
    """In a process of its own, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with TemporaryDirectory() as folder:
        path = f"{folder}/points.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(points, file)
        program = subprocess.Popen([sys.executable, "-m", "portal.bench.cluster_map", path, str(port)])  # noqa: S603
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            program.terminate()
            program.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the map to compare with does not answer")


def main() -> None:
    path, port = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        points = json.load(file)
    import uvicorn
    from a2wsgi import WSGIMiddleware

    from portal.compression import Compress

    uvicorn.run(Compress(WSGIMiddleware(app_of(points).server)), port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
