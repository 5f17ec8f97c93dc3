"""`anwang panels ask`: what a transmission device and its panel say when they are asked."""

import getpass
import json
import time
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import text

from db import addresses
from db.commands import panel_questions
from db.commands.panel_questions import About
from db.commands.people import Operator
from db.errors import InvalidInput, WrongState
from db.rules.access_scope import EVERYTHING
from db.rules.panel_questions import PanelAct, QuestionState
from db.session import Record
from db.settings import load
from ingest.gb26875.commands import Form, console, tree

HERE = ZoneInfo("Asia/Shanghai")
ROOM_SECONDS = 10.0
"""For the way through the record, beyond three times ten seconds at the device."""

app = typer.Typer(help="Transmission devices and the panels behind them.", no_args_is_help=True)


@app.callback()
def _panels() -> None:
    pass


@app.command("ask")
def ask(
    code: Annotated[str, typer.Argument(help="the transmission device's number")],
    act: Annotated[PanelAct, typer.Argument(help="what to ask for, or to tell it")],
    system: Annotated[str, typer.Option(help="type.address of the panel's system, as 1.1")] = "",
    component: Annotated[str, typer.Option(help="zone.point of the component, as 10.2")] = "",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="operations from then on")
    ] = None,
    count: Annotated[int, typer.Option(help="how many operations")] = 10,
    yes: Annotated[bool, typer.Option("--yes", help="initialise without asking")] = False,
    form: Annotated[Form, typer.Option("--format", help="how it is printed")] = Form.TEXT,
) -> None:
    """Ask a device through its running server, and wait for what it says. Ends with 2 where it denies or is silent."""
    if act is PanelAct.INITIALISE and not yes and not typer.confirm(f"Initialise {code}? It may forget its settings"):
        raise typer.Exit(1)
    about = About(
        *_pair(system, "--system", 255),
        component_address=_component(component),
        since=since.replace(tzinfo=HERE) if since else None,
        records=count if since else None,
    )
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang panels")
    try:
        operator = Operator(None, f"command line ({getpass.getuser()})")
        with record.scoped(EVERYTHING) as session:
            number = panel_questions.ask(session, code, act, about, operator, datetime.now(UTC))
        told = _awaited(record, number)
    finally:
        record.close()
    _tell(told, form)
    if told["state"] not in (QuestionState.ANSWERED, QuestionState.CONFIRMED):
        raise typer.Exit(2)


def _awaited(record: Record, number: int) -> dict[str, Any]:
    deadline = time.monotonic() + 40 + ROOM_SECONDS
    found = text("select state, answered_at, answer from panel_questions where id = :id")
    while time.monotonic() < deadline:
        with record.scoped(EVERYTHING) as session:
            row = session.execute(found, {"id": number}).one()
        if row.state not in (QuestionState.ASKED, QuestionState.SENT):
            return {"question": number, "state": row.state, "answer": row.answer}
        time.sleep(0.2)
    raise WrongState("Nobody carries the question: the server of the transmission devices does not run.")


def _tell(told: dict[str, Any], form: Form) -> None:
    if form is Form.JSON:
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    answer = told["answer"]
    if answer is not None and "data" in answer:
        console().print(tree({"command": answer["command"], "sent_at": answer["sent_at"], **answer["data"]}))
    words = {
        QuestionState.CONFIRMED: "The device has confirmed it.",
        QuestionState.DENIED: "The device denies it.",
        QuestionState.UNANSWERED: "The device does not answer.",
        QuestionState.UNREACHABLE: "The device is not connected.",
    }
    if (said := words.get(QuestionState(told["state"]))) is not None:
        console().print(said)


def _pair(written: str, option: str, most: int) -> tuple[int | None, int | None]:
    if not written:
        return None, None
    first, dot, second = written.partition(".")
    if not dot or not first.isdecimal() or not second.isdecimal() or max(int(first), int(second)) > most:
        raise InvalidInput(f"{option} {written!r} is not two numbers of 0 to {most} with a point, as 1.1.")
    return int(first), int(second)


def _component(written: str) -> int | None:
    zone, point = _pair(written, "--component", 65_535)
    return None if zone is None or point is None else zone | point << 16
