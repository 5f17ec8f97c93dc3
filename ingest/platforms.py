"""Bodies that platforms pushed, each decoded as its door says."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from db.rules.doors import PlatformDoor
from db.settings import load
from ingest.decoded import Decoded
from ingest.gbt28181 import notices
from ingest.gbt45839 import reports
from ingest.messages import Refused
from ingest.nbiot import ctwing, onenet
from ingest.nbiot.profiles import Profile, profiles_of


def decode(door: str, body: bytes, received_at: datetime, products: Mapping[str, Profile]) -> Decoded:
    """What the body says; a decoder that fails is no reason to lose it."""
    try:
        match PlatformDoor(door):
            case PlatformDoor.CTWING:
                return ctwing.decode(body, received_at, products)
            case PlatformDoor.ONENET:
                return onenet.decode(body, received_at, products)
            case PlatformDoor.GBT45839_INSTALL:
                return reports.decode_install(body, received_at)
            case PlatformDoor.GBT45839_STATUS:
                return reports.decode_status(body, received_at)
            case PlatformDoor.GBT28181:
                return notices.decode(body, received_at)
    except Exception as error:  # a fault of ours: the body waits among the dead letters for its correction
        return Decoded((Refused(f"The decoder failed: {type(error).__name__}."),))


@lru_cache
def products_of_installation() -> Mapping[str, Profile]:
    """As the settings of this process have them."""
    return profiles_of(load().nbiot_products)
