"""The portal's part of the command line."""

import typer

from portal.bench.commands import bench_app
from portal.cli.audit import audit
from portal.cli.bulletins import bulletin
from portal.cli.people import users, walls
from portal.cli.status import status
from portal.cli.up import up

app = typer.Typer()
app.command("up")(up)
app.command("status")(status)
app.command("audit")(audit)
app.command("bulletin")(bulletin)
app.add_typer(users, name="user")
app.add_typer(walls, name="wall")
app.add_typer(bench_app, name="bench")
