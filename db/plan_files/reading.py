"""A file that somebody hands in, whichever kind it is. IFC is read apart: a large model must not stop the portal."""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from db.errors import InvalidInput
from db.plan_files import geojson, ifc
from db.plan_files.taken import Found
from db.rules.plan import PlanSource, Spot
from db.rules.plan_checks import KnownArea, OnRecord, Refusal
from db.rules.plan_json import plan_of, plan_told
from geodata.coordinates import Datum

IFC_SECONDS = 60
GEOJSON_BYTES, IFC_BYTES = 8 * 1024 * 1024, 40 * 1024 * 1024
STEP = b"ISO-10303-21"


def read(content: bytes, known: OnRecord, origin: Spot, given: Datum | None = None) -> Found:
    """The plan in a file, found by its first bytes. `CannotStart` for IFC where IfcOpenShell is not installed."""
    if content.lstrip()[: len(STEP)] == STEP:
        if len(content) > IFC_BYTES:
            raise InvalidInput("An IFC file of more than 40 MB is taken over on the command line: anwang import plan.")
        return _ifc_apart(content, known, origin)
    if len(content) > GEOJSON_BYTES:
        raise InvalidInput("The file is too large.")
    return geojson.read(content, known, origin, given)


def _ifc_apart(content: bytes, known: OnRecord, origin: Spot) -> Found:
    """In a process of its own, which is given up after a minute."""
    if not ifc.is_installed():
        raise InvalidInput("To read IFC files, IfcOpenShell must be installed here: pip install anwang[ifc].")
    with tempfile.TemporaryDirectory(prefix="anwang-ifc-") as folder:
        path = Path(folder) / "model.ifc"
        path.write_bytes(content)
        asked = json.dumps({"areas": [asdict(area) for area in known.areas.values()], "origin": origin})
        try:
            done = subprocess.run(  # noqa: S603 - our own module, with a path that we made
                [sys.executable, "-m", "db.plan_files.reading", str(path)],
                input=asked.encode(),
                capture_output=True,
                timeout=IFC_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise InvalidInput(
                "This model takes more than a minute to read: take it over on the command line, anwang import plan."
            ) from error
    if done.returncode != 0:
        raise InvalidInput("This is not an IFC file, or it is damaged.")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Found(
        PlanSource.IFC,
        plan_of(told["plan"]),
        [Refusal(**fault) for fault in told["faults"]],
        [Refusal(**remark) for remark in told["remarks"]],
    )


def main() -> None:
    """Read the model named by the argument for the venue on standard input; the last line tells what was found."""
    asked = json.load(sys.stdin)
    areas = [KnownArea(**area) for area in asked["areas"]]
    found = ifc.read(Path(sys.argv[1]), OnRecord({area.id: area for area in areas}, {}), tuple(asked["origin"]))
    told = {
        "plan": plan_told(found.plan),
        "faults": [asdict(fault) for fault in found.faults],
        "remarks": [asdict(remark) for remark in found.remarks],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
