"""`anwang vision …`: models, cameras, films, measuring, refusals to learn from."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from db import addresses
from db.commands import cameras as camera_commands
from db.commands.actor import Actor
from db.commands.cameras import NewStream, kind_of
from db.errors import CannotStart, NotFound
from db.queries import cameras as camera_queries
from db.queries import vision_verdicts
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

app = typer.Typer()
vision = typer.Typer(help="Cameras that are watched: models, streams, figures, refusals.", no_args_is_help=True)
app.add_typer(vision, name="vision")

_DEVICE = text("select id from devices where code = :code and retired_on is null")
OPERATOR = Actor(None, "command line", "local")  # type: ignore[arg-type]


@vision.command()
def models() -> None:
    """Every model by its card: licence, what it was trained on, how it was measured, whether its weights are here."""
    from vision.weights.cards import cards
    from vision.weights.store import WeightStore

    settings = load()
    store = WeightStore.of(settings)
    table = Table("model", "weights", "trained on", "licence", "measured")
    for card in cards().values():
        try:
            store.find(card)
            here = "here"
        except (NotFound, CannotStart):
            here = "not here"
        trained = f"{'SYNTHETIC SCENES ONLY: ' if card.is_synthetic else ''}{card.trained_on}"
        figures = "\n".join(f"{each.metric} {each.value:g} on {each.test_set}, {each.size}" for each in card.measured)
        table.add_row(card.name, here, trained, card.licence, figures or card.note)
    Console().print(table)


@vision.command()
def fetch(
    name: str,
    source: Annotated[str, typer.Option("--from", help="a file or an address; empty: where the card says")] = "",
) -> None:
    """Take a model's weights into this installation, once their hash is right."""
    from vision.weights.cards import card
    from vision.weights.store import WeightStore

    its = card(name)
    settings = load()
    place = WeightStore.of(settings).take(its, source or its.source)
    print(f"{name} is here: {place}")


@vision.command()
def connect(
    code: Annotated[str, typer.Argument(help="the camera's code")],
    address: Annotated[
        str,
        typer.Argument(help="rtsp://…, http(s)://…/….m3u8, a file, or device/channel behind a video platform; - asks"),
    ],
    decode: Annotated[str, typer.Option(help="every, low_fps or key_frames")] = "low_fps",
    fps: Annotated[float, typer.Option(min=0.1, max=25, help="pictures a second to be looked at")] = 5.0,
    is_repeating: Annotated[bool, typer.Option("--repeat", help="a file that is played over and over")] = False,
) -> None:
    """Take a camera's pictures from here from now on. `-` asks for the address, so that no shell keeps its password."""
    address = typer.prompt("address") if address == "-" else address
    kind = kind_of(address)
    place = str(Path(address).expanduser().resolve()) if kind == "file" else address
    with _record() as record, record.scoped(EVERYTHING) as session:
        device_id = session.scalar(_DEVICE, {"code": code})
        if device_id is None:
            raise NotFound("There is no such device within your scope.")
        stream = NewStream(kind, place, decode, fps, is_repeating=is_repeating)
        camera_commands.connect(session, device_id, stream, OPERATOR, datetime.now(UTC))


@vision.command("cameras")
def listed() -> None:
    """Every camera with a stream: who looks through it, how often, and whether it can be trusted."""
    with _record() as record, record.scoped(EVERYTHING) as session:
        rows, workers = camera_queries.listed(session), vision_verdicts.workers(session)
    table = Table("camera", "venue", "stream", "worker", "fps", "fitness", "seen", "trouble")
    for row in rows:
        fps = f"{row.analysed_fps or 0:.1f} of {row.target_fps:g}{' degraded' if row.is_degraded else ''}"
        seen = f"{row.seen_at.astimezone():%m-%d %H:%M:%S}" if row.seen_at else "–"
        table.add_row(
            *(row.code, row.venue_name, f"{row.kind} {row.decode}", row.leased_by or "–", fps),
            *(row.fitness.value, seen, row.trouble or ""),
        )
    Console().print(table)
    for worker in workers:
        print(f"{worker.name}: {worker.cameras} cameras, {worker.model} on {worker.device}, {worker.metrics}")


@vision.command()
def precision(
    days: Annotated[int, typer.Option(min=1, help="look back for so many days")] = 30,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """How often each rule was right on each camera, by people's verdicts."""
    with _record() as record, record.scoped(EVERYTHING) as session:
        rows = vision_verdicts.precision(session, datetime.now(UTC) - timedelta(days=days))
    if as_json:
        json.dump(
            [
                {"rule": row.rule, "camera": row.camera, "found": row.found, "confirmed": row.confirmed}
                | {"refused": row.refused, "precision": row.precision, "is_muted": row.muted_at is not None}
                for row in rows
            ],
            sys.stdout,
        )
        return
    table = Table("rule", "camera", "found", "confirmed", "refused", "precision", "mode")
    for row in rows:
        share = "–" if row.precision is None else f"{row.precision:.0%}"
        mode = "review (muted)" if row.muted_at else row.mode or "ring"
        table.add_row(row.rule, row.camera, str(row.found), str(row.confirmed), str(row.refused), share, mode)
    Console().print(table)


@vision.command("export-refusals")
def export_refusals(
    folder: Annotated[Path, typer.Argument(help="a folder to make, or an empty one")],
    days: Annotated[int, typer.Option(min=1, help="look back for so many days")] = 365,
) -> None:
    """What people found wrong, as a COCO data set: pictures beside `annotations.json`."""
    from db.evidence.refusals import export
    from db.evidence.store import EvidenceStore

    with _record() as record, record.scoped(EVERYTHING) as session:
        found = vision_verdicts.refusals(session, datetime.now(UTC) - timedelta(days=days))
    written = export(found, EvidenceStore(load().evidence_folder), folder)
    print(f"{written} pictures in {folder}")


@vision.command()
def learn() -> None:
    """Move thresholds and mute rules by people's verdicts now, as workers do every ten minutes."""
    from db.commands import vision_reviews

    with _record() as record, record.scoped(EVERYTHING) as session:
        print(f"{vision_reviews.learn_from_verdicts(session, datetime.now(UTC))} rules changed")


@vision.command()
def scenes(
    folder: Annotated[Path, typer.Argument(help="a folder to make, or an empty one")],
    pictures: Annotated[int, typer.Option(min=1)] = 200,
    seed: Annotated[int, typer.Option(help="the same seed gives the same pictures")] = 1,
) -> None:
    """Render labelled scenes as a COCO data set."""
    from vision.training.data import write_scenes

    write_scenes(folder, range(seed * 100_000, seed * 100_000 + pictures))
    print(f"{pictures} pictures in {folder}")


@vision.command()
def train(
    folder: Annotated[Path, typer.Argument(help="a COCO data set; for an empty name scenes are rendered")] = Path(),
    out: Annotated[Path, typer.Option(help="where the head's weights go")] = Path("site-head.npz"),
    pictures: Annotated[int, typer.Option(min=8, help="scenes to render where no data set is named")] = 600,
    epochs: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """Train a head of our own on the trunk of nanodet-g, and say how good it is on scenes it has not seen."""
    from vision.training.train import train_head

    train_head(folder if folder != Path() else None, out, pictures, epochs, print)


@vision.command()
def play() -> None:
    """Let some cameras of the demonstration show films, for as long as this runs."""
    from vision.demo import furnish

    settings = load()
    os.nice(10)  # films are rendered beside a portal that people already use
    with _record() as record:
        for said in furnish(record, settings.var_dir / "films", OPERATOR):
            print(said, flush=True)
        while True:
            time.sleep(3600)


@contextmanager
def _record() -> Iterator[Record]:
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang vision command")
    try:
        yield record
    finally:
        record.close()
