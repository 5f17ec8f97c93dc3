"""What `anwang up` says once everything runs: where to look, who may log in, how to raise an alarm."""

import shlex
from urllib.parse import unquote, urlsplit

from rich.console import Console
from rich.table import Table
from rich.text import Text

from db.addresses import Addresses
from db.rules.access_scope import Role
from db.settings import Settings
from portal.cli.readiness import portal_url

READING = '{"alarm": true, "value": 0.42}'


def say_where(console: Console, settings: Settings) -> None:
    console.print(Text.assemble("\nThe portal: ", (portal_url(settings), "bold cyan")))


def say_demo(console: Console, settings: Settings, found: Addresses) -> None:
    """The demonstration's accounts, and a line that raises an alarm on the open page."""
    from db import demo

    accounts = demo.accounts(settings.var_dir)
    if not accounts:
        console.print("The demonstration's accounts were made by another installation.")
        return
    table = Table("login", "password", "role", "place", title="Demonstration accounts", title_justify="left")
    for account in accounts:
        if account.role != Role.WALL:
            table.add_row(account.login, account.password, account.role, account.place)
    console.print(table)
    for account in accounts:
        if account.role == Role.WALL:
            console.print(f"Wall display: {portal_url(settings)}kiosk/{account.password}", soft_wrap=True)
    if found.database_owner is not None:
        device = demo.sample_device(found.database_owner)
        console.print("\nRaise an alarm on the open page from another terminal:")
        console.print(f"  {publish_line(found.mqtt_device, device)}", soft_wrap=True, markup=False)


def publish_line(mqtt_url: str, device: str) -> str:
    """A command to copy: one smoke detector's alarm."""
    where = urlsplit(mqtt_url)
    words = ["mosquitto_pub", "-h", where.hostname or "127.0.0.1", "-p", str(where.port or 1883)]
    if where.username:
        words += ["-u", unquote(where.username), "-P", unquote(where.password or "")]
    return shlex.join([*words, "-q", "1", "-t", f"anwang/v1/{device}/smoke", "-m", READING])
