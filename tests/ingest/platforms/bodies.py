"""Bodies as platforms push them; fields and codes as they are seen in the field, numbers invented."""

import base64
import json
from typing import Any

IMEI, NUMBER, PRODUCT = "860374051096202", "acf7baaee65e431eadfb8f5fe50e8b81", "15014772"
SMOKE: dict[str, Any] = {
    "TData": 30,
    "SNR": 1,
    "RSRP": 114,
    "IMEI": IMEI,
    "Cell_ID": "38848339",
    "CSQ": 5,
    "Battery_Level": 96,
    "Alarm_Status": 1,
    "AlarmLevel": 100,
}


def ctwing(at: int, fields: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """A decoded report (v1/up/ad19prof) at `at` milliseconds."""
    body: dict[str, Any] = {
        "upPacketSN": -1,
        "upDataSN": -1,
        "topic": "v1/up/ad19prof",
        "timestamp": at,
        "tenantId": "10461180",
        "serviceId": "",
        "protocol": "lwm2m",
        "productId": PRODUCT,
        "payload": {"serviceId": "notification", "serviceData": SMOKE if fields is None else fields},
        "messageType": "dataReport",
        "deviceType": "",
        "deviceId": NUMBER,
        "assocAssetId": "",
        "IMSI": "undefined",
        "IMEI": IMEI,
    }
    return {name: value for name, value in (body | changed).items() if value is not ...}


def transparent(content: bytes) -> dict[str, str]:
    return {"APPdata": base64.b64encode(content).decode()}


def link(at: int, event: Any, **changed: Any) -> dict[str, Any]:
    body = {
        "timestamp": at,
        "tenantId": "10461180",
        "protocol": "lwm2m",
        "productId": PRODUCT,
        "messageType": "deviceOnlineOfflineReport",
        "iccid": "undefined",
        "eventType": event,
        "deviceId": NUMBER,
    }
    return body | changed


def point(at: int, stream: str, value: Any, **changed: Any) -> dict[str, Any]:
    """OneNET's data point."""
    return {"type": 1, "dev_id": 2016617, "imei": IMEI, "ds_id": stream, "at": at, "value": value} | changed


def status(company: str, serial: str, state: Any, at: str, **changed: Any) -> dict[str, Any]:
    """GB/T 45839-2025 annex D, status_info."""
    body = {"company": company, "serial": serial, "status": state, "datetime": at}
    return body | {"signalStrength": -83, "batteryPercentage": 97} | changed


def written(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
