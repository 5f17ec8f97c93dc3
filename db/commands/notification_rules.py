"""Rules of notification, changed by whoever answers for the whole province."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound
from db.rules.channels import BY_CHANNEL, CHANNELS, KINDS_FOR_FIRE, OUTGOING, Channel

_LOCK = text("select id, kind, worst_level, channels from notification_rules where id = :id for update")
_SET = text("update notification_rules set channels = :channels where id = :id")


def switch(session: Session, rule_id: int, channel: Channel, operator: Operator) -> bool:
    """Put a channel into a rule, or take it out; True where it is in now. A fire keeps two kinds beside the portal."""
    rule = session.execute(_LOCK, {"id": rule_id}).one_or_none()
    if rule is None:
        raise NotFound("There is no such rule.")
    after = set(rule.channels) ^ {channel.value}
    kinds = {BY_CHANNEL[each].kind for each in OUTGOING if each.value in after}
    if (rule.kind == "fire" or rule.worst_level == 1) and len(kinds) < KINDS_FOR_FIRE:
        raise InvalidInput("A fire is told over two kinds of channel at least (GB/T 45839-2025).")
    if not after:
        raise InvalidInput("A rule without a channel would tell nobody.")
    ordered = [row.channel.value for row in CHANNELS if row.channel.value in after]
    session.execute(_SET, {"id": rule_id, "channels": ordered})
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="notification rule changed",
        subject=f"notification_rules/{rule_id}",
        detail={"channel": channel.value, "in": channel.value in after},
    )
    return channel.value in after
