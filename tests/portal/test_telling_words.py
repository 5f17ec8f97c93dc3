"""Why somebody is told reads well everywhere: on a telephone, and in the portal in both languages."""

import re
from pathlib import Path

import pytest

from db.rules.message_words import REASONS
from portal import telling_words
from portal.locale import speaking

COMMANDS = Path(__file__).resolve().parents[2] / "db" / "commands"


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_reason_has_its_words(reason: str, language: str) -> None:
    with speaking(language):
        assert telling_words.reason(reason)


def test_no_command_gives_a_reason_without_words() -> None:
    given = {
        reason
        for path in COMMANDS.glob("*.py")
        for reason in re.findall(r'reason="([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert given
    assert given - set(REASONS) == set()
