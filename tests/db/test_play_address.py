"""Play addresses: nobody plays with a wrong, an old or another session's address."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.access_scope import Role
from db.rules.play_address import BadAddress, Form, PlayAddress, Purpose, forms_of, opened, signed

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SECRET = "a secret"
MINE = b"m" * 32


def address(camera: int = 7, form: Form = Form.MASKED, until: datetime = NOW + timedelta(minutes=5)) -> PlayAddress:
    return PlayAddress(camera, form, Purpose.LIVE, MINE, until)


@given(
    camera=st.integers(1, 2**31 - 1),
    form=st.sampled_from(Form),
    purpose=st.sampled_from(Purpose),
    seconds=st.integers(1, 10_000),
    hashed=st.binary(min_size=32, max_size=32),
)
def test_what_was_signed_is_opened(camera: int, form: Form, purpose: Purpose, seconds: int, hashed: bytes) -> None:
    given_out = PlayAddress(camera, form, purpose, hashed, NOW + timedelta(seconds=seconds))
    assert opened(signed(given_out, SECRET), hashed, SECRET, NOW) == given_out


@pytest.mark.parametrize(
    ("session", "secret", "now"),
    [
        (b"o" * 32, SECRET, NOW),
        (MINE, "another secret", NOW),
        (MINE, SECRET, NOW + timedelta(minutes=5)),
        (MINE, SECRET, NOW + timedelta(days=400)),
    ],
    ids=["another session", "another installation", "its last moment is over", "long over"],
)
def test_it_is_good_for_one_session_for_a_while(session: bytes, secret: str, now: datetime) -> None:
    with pytest.raises(BadAddress):
        opened(signed(address(), SECRET), session, secret, now)


@given(place=st.integers(0, 200), letter=st.sampled_from("abcXYZ019-_."))
def test_no_letter_of_it_can_be_changed(place: int, letter: str) -> None:
    word = signed(address(), SECRET)
    changed = word[: place % len(word)] + letter + word[place % len(word) + 1 :]
    if changed != word:
        with pytest.raises(BadAddress):
            opened(changed, MINE, SECRET, NOW)


@given(st.text(max_size=120))
def test_what_strangers_write_grants_nothing(word: str) -> None:
    with pytest.raises(BadAddress):
        opened(word, MINE, SECRET, NOW)


def test_faces_are_seen_unasked_at_the_venue_alone() -> None:
    unasked = {role: forms_of(role)[0] for role in Role}
    assert {role for role, form in unasked.items() if form is Form.PLAIN} == {Role.VENUE, Role.MAINTAINER}
    assert forms_of(Role.WALL) == (Form.WHOLE,)
    assert forms_of(Role.ANALYST) == (Form.WHOLE,)
