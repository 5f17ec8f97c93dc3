"""Rules of telling: which channel, when, when again, what a gateway's words mean, what a message says."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules import contact_address
from db.rules.channels import Channel
from db.rules.contact_address import Address, Refusal
from db.rules.deadlines import BY_HOP, Hop, Score, score
from db.rules.delivery_retry import GIVE_UP_AFTER, next_try, wait_seconds
from db.rules.gateway import Gateway, NotTaken, ReceiptRule, SuccessRule, Taken, judged, read_receipts, request_for
from db.rules.message_words import Told, wording
from db.rules.notification import QuietHours, Rule, Subject, due_at, pierces, quiet_until, rule_for

HERE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


def at(clock: str, day: int = 5) -> datetime:
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), HERE)


@pytest.mark.parametrize(
    ("starts", "ends", "now", "until"),
    [
        ("22:30", "06:30", at("23:00"), at("06:30", 6)),
        ("22:30", "06:30", at("05:00"), at("06:30")),
        ("22:30", "06:30", at("06:30"), None),
        ("22:30", "06:30", at("22:30"), at("06:30", 6)),
        ("22:30", "06:30", at("12:00"), None),
        ("12:00", "14:00", at("13:00"), at("14:00")),
        ("12:00", "14:00", at("14:00"), None),
        ("00:00", "00:00", at("12:00"), None),
        ("22:00", "00:00", at("23:59"), at("00:00", 6)),
    ],
)
def test_quiet_hours(starts: str, ends: str, now: datetime, until: datetime | None) -> None:
    quiet = QuietHours(time.fromisoformat(starts), time.fromisoformat(ends))
    assert quiet_until(quiet, now, HERE) == until
    assert quiet_until(None, now, HERE) is None


RULES = [
    Rule(1, None, "fire", None, None, ("sms", "voice"), True),
    Rule(2, "duty_check", None, None, None, ("sms",), True),
    Rule(3, None, None, 2, None, ("wecom",), False),
    Rule(4, None, None, 3, "maintainer", ("email",), False),
]


@pytest.mark.parametrize(
    ("subject", "rule"),
    [
        (Subject("raised", "fire", 4, "venue"), 1),
        (Subject("duty_check", None, 3, "venue"), 2),
        (Subject("raised", "gas", 1, "county"), 3),
        (Subject("raised", "gas", 2, "county"), 3),
        (Subject("raised", "gas", 3, "maintainer"), 4),
        (Subject("raised", "gas", 3, "venue"), 0),
        (Subject("anything", None, 4, ""), 0),
    ],
)
def test_the_first_rule_that_fits_counts(subject: Subject, rule: int) -> None:
    assert rule_for(RULES, subject).id == rule


@given(st.sampled_from(RULES), st.sampled_from(["fire", "gas", None]), st.integers(1, 4))
def test_no_rule_can_mute_a_fire(rule: Rule, kind: str | None, level: int) -> None:
    held = not pierces(rule, Subject("raised", kind, level, "venue"))
    assert not (held and (kind == "fire" or level == 1))


def test_lesser_messages_wait_for_the_digest_and_others_do_not() -> None:
    later = NOW + timedelta(seconds=40)
    assert due_at(NOW, 4, None, later) == later
    assert due_at(NOW, 2, None, later) == NOW
    assert due_at(NOW, 3, NOW + timedelta(hours=1), later) == NOW + timedelta(hours=1)
    assert due_at(NOW, 3, None, None) == NOW


@given(st.integers(1, 4), st.integers(1, 1000), st.floats(0, 1))
def test_waits_grow_to_a_limit_and_a_message_is_given_up_once(level: int, tries: int, chance: float) -> None:
    wait = wait_seconds(tries, chance)
    assert 1 <= wait <= 300
    assert wait_seconds(tries + 1, chance) >= wait
    again = next_try(NOW, tries, level, NOW, chance)
    assert again is not None
    assert again > NOW
    assert next_try(NOW, tries, level, NOW + GIVE_UP_AFTER[level], chance) is None


RULE = SuccessRule(status=(200,), field="data.code", equals=("0", "true"), id="data.id", final=("9",))


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (200, b'{"data": {"code": 0, "id": 77}}', Taken("77")),
        (200, b'{"data": {"code": "0"}}', Taken("")),
        (200, b'{"data": {"code": true, "id": "x"}}', Taken("x")),
        (200, b'{"data": {"code": 9}}', NotTaken('data.code 9: {"data": {"code": 9}}', is_final=True)),
        (200, b'{"data": [1]}', NotTaken('no data.code in the answer: {"data": [1]}')),
        (200, b"", NotTaken("no data.code in the answer")),
        (200, b"[" * 100_000, None),
        (503, b"<b>down</b>\x00", NotTaken("HTTP 503: <b>down</b>")),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_a_gateway_answers(status: int, body: bytes, result: Taken | NotTaken | None) -> None:
    found = judged(RULE, status, body)
    assert isinstance(found, NotTaken) if result is None else found == result


@given(st.text(), st.text())
def test_a_body_holds_what_was_told_and_nothing_of_it_is_read_as_a_template(text: str, address: str) -> None:
    import json

    gateway = Gateway(
        "sms", "http://g/{address}", body={"t": "{text}", "deep": [{"a": "{address}", "n": 1}]}, secret="S"
    )
    request = request_for(gateway, {"text": text, "address": address, "key": "k"}, NOW)
    told = json.loads(request.body)
    assert told == {"t": text, "deep": [{"a": address, "n": 1}]} or any(
        0xD800 <= ord(c) < 0xE000 for c in text + address
    )
    assert request.url.startswith("http://g/")
    assert "/" not in request.url.removeprefix("http://g/")


def test_every_request_carries_its_key() -> None:
    plain = Gateway("sms", "http://g", form=(("to", "{address}"), ("m", "{text}")))
    request = request_for(plain, {"text": "火&警=", "address": "1", "key": "k-1"}, NOW)
    assert dict(request.headers)["Idempotency-Key"] == "k-1"
    assert request.body == b"to=1&m=%E7%81%AB%26%E8%AD%A6%3D"


def test_receipts_are_read_as_the_rule_says() -> None:
    rule = ReceiptRule(
        items="reports", id="id", state="s", delivered=("OK",), failed=("NO",), pressed="k", acknowledge=("1",)
    )
    told = {"reports": [{"id": 1, "s": "OK"}, {"id": 2, "s": "NO"}, {"s": "OK"}, {"id": 3, "k": 1}, "odd", None]}
    found = read_receipts(rule, told)
    assert [(each.provider_id, each.is_delivered, each.is_failed, each.acknowledges) for each in found] == [
        ("1", True, False, False),
        ("2", False, True, False),
        ("3", True, False, True),
    ]
    assert read_receipts(rule, None) == read_receipts(rule, {"reports": "x"}) == []


@pytest.mark.parametrize(
    ("channel", "typed", "found"),
    [
        (Channel.SMS, " +86 138-0000 0001 ", "13800000001"),
        (Channel.VOICE, "0797 8123456", "07978123456"),
        (Channel.SMS, "12345", None),
        (Channel.SMS, "1380000000x", None),
        (Channel.EMAIL, "A.B@Example.CN", "a.b@example.cn"),
        (Channel.EMAIL, "a@b", None),
        (Channel.EMAIL, "a@b.cn,c@d.cn", None),
        (
            Channel.WECOM,
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0",
            "693a91f6-7xxx-4bc4-97a0",
        ),
        (Channel.WECOM, "../../x", None),
        (Channel.DINGTALK, "f" * 64, "f" * 64),
        (Channel.WEBHOOK, "https://oa.example.cn/hook", "https://oa.example.cn/hook"),
        (Channel.WEBHOOK, "http://oa.example.cn/hook", None),
        (Channel.WEBHOOK, "https://10.0.0.1/hook", None),
        (Channel.WEBHOOK, "https://oa.example.cn@10.0.0.1/", None),
        (Channel.WEBHOOK, "https://oa.example.cn.evil.cn/", None),
        (Channel.WEBHOOK, "file:///etc/passwd", None),
        (Channel.WEBHOOK, "https://[", None),
        (Channel.PORTAL, "x", None),
    ],
)
def test_addresses_as_people_type_them(channel: Channel, typed: str, found: str | None) -> None:
    read = contact_address.read(channel, typed, hosts=("oa.example.cn", "*.school.cn"))
    if found is None:
        assert isinstance(read, Refusal)
    else:
        assert read == Address(found)


def test_codes_differ_by_point_moment_and_installation() -> None:
    codes = {
        contact_address.code_for(secret, point, NOW + timedelta(microseconds=moment))
        for secret in ("a", "b")
        for point in (1, 2)
        for moment in (0, 1)
    }
    assert len(codes) > 6
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def told(**changed: object) -> Told:
    facts = {
        "subject_kind": "alarm",
        "subject_id": 7,
        "reason": "raised",
        "level": 1,
        "kind": "fire",
        "venue": "某幼儿园",
        "area": "3F 走廊",
        "county": "章贡区",
        "at": NOW,
        "facts": {},
    }
    return Told(**(facts | changed))  # type: ignore[arg-type]


def test_a_message_says_what_where_since_when_and_what_to_do() -> None:
    said = wording([told()], HERE)
    assert said.text == "火警（红）：章贡区某幼儿园 3F 走廊，03-05 10:00:00 首次信号。请立即查看并确认。"
    assert said.path == "/alarms?alarm=7"


def test_a_digest_counts_and_names_the_first() -> None:
    said = wording([told(level=3, kind="device_fault", venue=f"园{n}") for n in range(7)], HERE)
    assert said.text.startswith("7 条消息（最高黄），7 家场所：设备故障（黄） 园0 3F 走廊 10:00；")
    assert "另有 2 条" in said.text
    assert said.path == "/messages"


@pytest.mark.parametrize("link", ["//evil.cn/", "https://evil.cn", "javascript:x", ""])
def test_a_link_leads_into_the_portal_alone(link: str) -> None:
    assert wording([told(facts={"link": link})], HERE).path == "/alarms?alarm=7"
    assert wording([told(facts={"link": "/duty?answer=3"})], HERE).path == "/duty?answer=3"


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("hop", "kind", "level", "since", "until", "result"),
    [
        (Hop.TO_CENTRE, "fire", 1, NOW, NOW + 10 * SECOND, Score.MET),
        (Hop.TO_CENTRE, "fire", 1, NOW, NOW + 10.001 * SECOND, Score.MISSED),
        (Hop.TO_CENTRE, "fire", 1, NOW, NOW, Score.MET),
        (Hop.TO_CENTRE, "fire", 1, NOW, NOW - SECOND, Score.MET),
        (Hop.TO_CENTRE, "fire", 1, NOW, NOW - 2 * SECOND, Score.CLOCK_AHEAD),
        (Hop.TO_CENTRE, "device_silent", 4, NOW, NOW, Score.NOT_SUBJECT),
        (Hop.PUSHED, "fire", 1, NOW - 20 * SECOND, None, Score.MISSED),
        (Hop.PUSHED, "fire", 1, NOW - 10 * SECOND, None, Score.NOT_MEASURED),
        (Hop.PUSHED, "device_fault", 4, NOW - 20 * SECOND, None, Score.NOT_SUBJECT),
        (Hop.TO_PHONE, "fire", 1, None, None, Score.NOT_MEASURED),
        (Hop.TO_PHONE, "fire", 1, NOW - 9 * SECOND, None, Score.NOT_MEASURED),
        (Hop.FAULT_SHOWN, "device_fault", 4, NOW, NOW + 100 * SECOND, Score.MET),
        (Hop.FAULT_SHOWN, "fire", 1, NOW, NOW + 100 * SECOND, Score.NOT_SUBJECT),
        (Hop.LOSS_SHOWN, "device_silent", 4, NOW - timedelta(hours=25), None, Score.MISSED),
        (Hop.ACKNOWLEDGED, "fire", 1, NOW, NOW + timedelta(days=3), Score.MET),
    ],
)
def test_hops_are_scored_against_their_limits(
    hop: Hop, kind: str, level: int, since: datetime | None, until: datetime | None, result: Score
) -> None:
    assert score(BY_HOP[hop], kind, level, since, until, NOW) is result
