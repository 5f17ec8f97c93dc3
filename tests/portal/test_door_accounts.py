"""`anwang user` and `anwang wall`: who may log in, made from the command line."""

import re
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner, Result

from db import settings as record_settings
from portal.cli.people import users, walls
from tests.portal.conftest import PortalServer
from tests.portal.door import PASSWORD, one

Run = Callable[..., Result]

app = typer.Typer()
app.add_typer(users, name="user")
app.add_typer(walls, name="wall")


@pytest.fixture
def run(portal_server: PortalServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on the portal's own database."""
    monkeypatch.setenv("ANWANG_VAR_DIR", str(portal_server.settings.var_dir))
    monkeypatch.setenv(
        "ANWANG_DATABASE_APP_URL", portal_server.test_record.app_url.render_as_string(hide_password=False)
    )
    record_settings.load.cache_clear()

    def ran(*arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=given)

    yield ran
    record_settings.load.cache_clear()


def test_an_account_is_made_shown_and_closed(portal_server: PortalServer, run: Run) -> None:
    made = run("user", "add", "Li.Lei", "--name", "李雷", "--role", "city", "--region", "赣州")
    assert made.exit_code == 0, made.output
    password = re.search(r"shown this once: (\S+)", made.output)
    assert password is not None
    browser = portal_server.client("li.lei", password[1])
    assert browser.get("/api/v1/me").json()["place"] == "赣州市"
    assert "li.lei" in run("user", "list").output
    assert run("user", "disable", "li.lei").exit_code == 0
    assert (
        one(
            portal_server,
            "select count(*) from login_sessions s join accounts a using (person_id) where login = 'li.lei'",
        )
        == 0
    )
    assert "disabled" in run("user", "list").output
    assert run("user", "enable", "li.lei").exit_code == 0
    assert run("user", "password", "li.lei", "--password-stdin", given=f"{PASSWORD}\n").exit_code == 0
    assert portal_server.client("li.lei", PASSWORD).get("/api/v1/me").status_code == 200
    acts = "select string_agg(act, ', ' order by id) from audit_log where detail ->> 'login' = 'li.lei'"
    assert one(portal_server, acts) == "account made, account disabled, account enabled, password set"
    assert one(
        portal_server, "select actor_name from audit_log where detail ->> 'login' = 'li.lei' limit 1"
    ).startswith("command line")


def test_a_person_may_hold_several_roles(portal_server: PortalServer, run: Run) -> None:
    venue = one(portal_server, "select code from venues where county = 360702 order by id limit 1")
    unit = one(portal_server, "select name from maintainers order by id limit 1")
    added = run(
        "user",
        "add",
        "han",
        "--name",
        "韩梅梅",
        "--role",
        "venue",
        "--venue",
        venue,
        "--password-stdin",
        given=f"{PASSWORD}\n",
    )
    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output
    assert run("user", "grant", "han", "--role", "maintainer", "--maintainer", unit).exit_code == 0
    page = portal_server.client("han", PASSWORD).get("/role").text
    assert page.count('name="grant"') == 2
    assert unit in page


def test_a_wall_display_is_let_in_and_out(portal_server: PortalServer, run: Run) -> None:
    made = run("wall", "token", "大厅", "--region", "360700")
    assert made.exit_code == 0, made.output
    token = made.output.strip().rsplit("/kiosk/", 1)[1]
    browser = portal_server.visitor()
    assert browser.get(f"/kiosk/{token}").headers["location"] == "/wall"
    assert browser.get("/api/v1/me").json()["county_lo"] == 360700
    assert run("wall", "revoke", "大厅").exit_code == 0
    assert portal_server.visitor().get(f"/kiosk/{token}").status_code == 404
    assert (
        one(
            portal_server,
            "select count(*) from login_sessions s join grants g on g.id = s.grant_id"
            " where g.role = 'wall' and g.county_lo = 360700",
        )
        == 0
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("user", "add", "x1", "--name", "X", "--role", "city"), "give --region"),
        (("user", "add", "x1", "--name", "X", "--role", "city", "--venue", "V1"), "give --region"),
        (("user", "add", "x1", "--name", "X", "--role", "venue", "--region", "360700"), "give --venue"),
        (("user", "add", "x1", "--name", "X", "--role", "city", "--region", "360702"), "no one city region"),
        (("user", "add", "x1", "--name", "X", "--role", "county", "--region", "nowhere"), "no one county region"),
        (("user", "add", "x1", "--name", "X", "--role", "maintainer", "--maintainer", "nobody"), "no one maintainer"),
        (("user", "add", "x 1", "--name", "X", "--role", "city", "--region", "360700"), "2 to 60 characters"),
        (("user", "add", "x1", "--name", " ", "--role", "city", "--region", "360700"), "needs a name"),
        (("user", "add", "leader", "--name", "X", "--role", "city", "--region", "360700"), "already"),
        (("user", "password", "nobody-at-all"), "no account"),
        (("user", "disable", "nobody-at-all"), "no account"),
        (("user", "enable", "leader"), "enabled already"),
        (("wall", "revoke", "nowhere"), "no wall display"),
    ],
)
def test_wrong_wishes_are_refused_in_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code != 0
    assert sentence in str(answer.exception)


def test_a_short_password_is_refused(run: Run) -> None:
    answer = run("user", "password", "leader", "--password-stdin", given="short\n")
    assert answer.exit_code != 0
    assert "10 to 1000 characters" in str(answer.exception)
