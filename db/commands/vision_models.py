"""The register of models: what workers use, with each model's card."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_REGISTER = text(
    """
    insert into vision_models (name, sha256, card, seen_at) values (:name, :sha256, cast(:card as jsonb), :now)
    on conflict (name) do update set sha256 = excluded.sha256, card = excluded.card, seen_at = excluded.seen_at
    """
)


def register(session: Session, name: str, sha256: bytes, card: Mapping[str, Any], now: datetime) -> None:
    """A worker uses this model now."""
    asked = {"name": name, "sha256": sha256, "card": json.dumps(dict(card), ensure_ascii=False), "now": now}
    session.execute(_REGISTER, asked)
