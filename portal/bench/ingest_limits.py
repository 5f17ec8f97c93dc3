"""What the pieces can do alone, in the same run: rows by COPY, messages through the broker."""

import io
import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from portal.bench.own_installation import OwnInstallation

COPY_SECONDS = 8.0
COPY_ROWS = 2000
"""In a transaction, as many as the gateway's largest batch."""
BROKER_SECONDS = 8.0
ALL_OUT = 1e6
GATEWAY_ID = "anwang-gateway-1"


def measure(own: OwnInstallation, topics: list[str]) -> dict[str, Any]:
    """Rows a second into a table like `signals`; messages a second that the broker hands on."""
    return {
        "copy_rows_per_s": _copy(own),
        "broker_messages_per_s": _broker(own, topics),
        "copy_rows_a_transaction": COPY_ROWS,
    }


def _copy(own: OwnInstallation) -> int:
    assert own.addresses.database_owner is not None
    engine = create_engine(own.addresses.database_owner, poolclass=NullPool)
    link = engine.raw_connection()
    cursor = link.cursor()
    cursor.execute("create table if not exists copy_limit (like signals including all)")
    cursor.execute("truncate copy_limit")
    link.commit()
    began, rows, at = time.monotonic(), 0, datetime.now(UTC)
    while time.monotonic() - began < COPY_SECONDS:
        at += timedelta(seconds=1)
        lines = "".join(
            f"{rows + n}\tsmoke\t{at.isoformat()}\t1\t360702\t{at.isoformat()}\t0.02\t\\N\t\\N\t88\t-71\tf\n"
            for n in range(COPY_ROWS)
        )
        cursor.copy_expert(
            "copy copy_limit (device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text,"
            " battery_pct, rssi_dbm, is_late) from stdin",
            io.StringIO(lines),
        )
        link.commit()
        rows += COPY_ROWS
    took = time.monotonic() - began
    cursor.execute("drop table copy_limit")
    link.commit()
    link.close()
    engine.dispose()
    return round(rows / took)


def _broker(own: OwnInstallation, topics: list[str]) -> int:
    """As fast as it goes, with one subscriber; no gateway runs yet, and no session of one keeps a copy."""
    _forget_gateway(own)
    counter = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "ingest.simulate.counter"),
            *("--url", own.addresses.mqtt, "--seconds", str(BROKER_SECONDS)),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert counter.stdout is not None
    counter.stdout.readline()
    subprocess.run(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "ingest.simulate.flood", "--url", own.addresses.mqtt_device),
            *("--rate", str(ALL_OUT), "--seconds", str(BROKER_SECONDS - 1)),
        ],
        input="\n".join(topics),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    counted = json.loads(counter.communicate()[0])
    return round(counted["messages"] / (BROKER_SECONDS - 1))


def _forget_gateway(own: OwnInstallation) -> None:
    """End the session that an earlier run's gateway left at the broker: what this one pours would wait in it."""
    where = urlsplit(own.addresses.mqtt)
    client = Client(CallbackAPIVersion.VERSION2, client_id=GATEWAY_ID, clean_session=True)
    client.username_pw_set(unquote(where.username or ""), unquote(where.password or ""))
    is_in = threading.Event()
    client.on_connect = lambda *_told: is_in.set()
    client.connect(where.hostname or "127.0.0.1", where.port or 1883)
    client.loop_start()
    if not is_in.wait(10):
        raise TimeoutError("the broker does not answer")
    client.disconnect()
    client.loop_stop()
