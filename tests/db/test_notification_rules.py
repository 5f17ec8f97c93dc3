"""Rules of notification written, moved and taken away; a fire keeps two kinds of channel whatever comes first."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from db.commands import notification_rules as commands
from db.commands.notification_rules import NEW, WrittenRule
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound
from db.queries import telling
from db.rules.access_scope import Scope, region_scope
from db.rules.notification import Rule, Subject, refused, rule_for
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

PROVINCE = region_scope(360_000)
OPERATOR = Operator(None, "test")
QUIET = WrittenRule(("portal", "sms"), reason="hazard_overdue", role="county")


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


def rules(record: TestRecord) -> list[Rule]:
    with record.record.scoped(PROVINCE) as session:
        return telling.notification_rules(session)


def put(record: TestRecord, written: WrittenRule, rule: int = NEW, scope: Scope = PROVINCE) -> int:
    with record.record.scoped(scope) as session:
        return commands.put(session, rule, written, OPERATOR)


def test_a_rule_is_written_moved_and_taken_away(record: TestRecord) -> None:
    before = rules(record)
    assert refused(before) is None
    number = put(record, replace(QUIET, before=before[5].id))
    assert [rule.id for rule in rules(record)] == [*(r.id for r in before[:5]), number, *(r.id for r in before[5:])]
    overdue = Subject("hazard_overdue", None, 4, "county")
    assert rule_for(rules(record), overdue).channels == ("portal", "sms")
    put(record, replace(QUIET, channels=("sms", "portal", "email"), before=before[0].id), number)
    first = rules(record)[0]
    assert (first.id, first.channels) == (number, ("portal", "sms", "email")), "in the order of the channels"
    with record.record.scoped(PROVINCE) as session:
        commands.remove(session, number, OPERATOR)
    assert rules(record) == before
    with record.record.scoped(PROVINCE) as session:
        acts = session.scalars(
            text("select act from audit_log where subject = :s order by id"), {"s": f"notification_rules/{number}"}
        )
        assert list(acts) == [f"notification rule {what}" for what in ("written", "written", "removed")]


@pytest.mark.parametrize(
    ("written", "at", "sentence"),
    [
        (WrittenRule(("portal",)), 0, "two kinds of channel"),
        (WrittenRule(("sms",), reason="escalated"), 0, "two kinds of channel"),
        (WrittenRule(("wecom", "dingtalk"), kind="fire", role="city"), 0, "two kinds of channel"),
        (WrittenRule(("portal", "sms", "voice")), 0, "would never count"),
        (WrittenRule(("portal", "sms"), kind="fire", worst_level=1), None, "would never count"),
        (WrittenRule((), reason="letter", role="city"), 0, "tell nobody"),
        (WrittenRule(("pigeon", "sms"), reason="letter", role="city"), 0, "channel is not known"),
    ],
    ids=["everything", "escalated fires", "one kind twice", "hides all others", "hidden", "no channel", "unknown"],
)
def test_what_cannot_stand_changes_nothing(
    record: TestRecord, written: WrittenRule, at: int | None, sentence: str
) -> None:
    before = rules(record)
    place = None if at is None else before[at].id
    with pytest.raises(InvalidInput, match=sentence):
        put(record, replace(written, before=place))
    assert rules(record) == before


def test_fires_rule_stays(record: TestRecord) -> None:
    before = rules(record)
    fire = next(rule for rule in before if rule.kind == "fire")
    with record.record.scoped(PROVINCE) as session, session.begin_nested() as tried:
        commands.remove(session, fire.id, OPERATOR)  # the rule for everything critical carries it
        tried.rollback()
    with pytest.raises(InvalidInput, match="two kinds"):
        put(record, WrittenRule(("portal", "sms"), kind="fire", before=before[1].id), fire.id)
    assert rules(record) == before


def test_only_the_province_writes_them(record: TestRecord) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        put(record, QUIET, scope=region_scope(360_702))
    first = rules(record)[0]
    with pytest.raises(NotFound):
        put(record, replace(QUIET, before=None), first.id, region_scope(360_702))
    with pytest.raises(NotFound):
        put(record, QUIET, 9_999)
    with pytest.raises(NotFound), record.record.scoped(region_scope(360_702)) as session:
        commands.remove(session, rules(record)[-3].id, OPERATOR)
