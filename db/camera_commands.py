"""`anwang cameras …`: where cameras' pictures come from."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from db.commands import camera_streams
from db.rules.access_scope import EVERYTHING
from db.services.database import running
from db.session import Record
from db.settings import load

app = typer.Typer(help="Cameras and where their pictures come from.", no_args_is_help=True)


@app.command("set")
def set_source(
    code: Annotated[str, typer.Argument(help="the camera's number")],
    kind: Annotated[str, typer.Option(help="rtsp, hls, file, or gb28181 (behind a video platform)")],
    address: Annotated[
        str, typer.Option(help="rtsp://…, https://….m3u8, a file's whole path, or device/channel", prompt=True)
    ],
) -> None:
    """Say where a camera's pictures come from. Left out, the address is asked for, so that no shell keeps it."""
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang cameras")
        try:
            with record.scoped(EVERYTHING) as session:
                camera_streams.set_source(session, code, kind, address, datetime.now(UTC), actor_name="anwang cameras")
        finally:
            record.close()
    Console(highlight=False).print(f"{code} plays from its {kind} source.")
