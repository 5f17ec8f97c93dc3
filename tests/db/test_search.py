"""Found by name, sound, initials, address, person and number; forgiving of slips; never outside the scope."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db.queries import search
from db.rules.access_scope import Scope, region_scope
from tests.factories import device, venue
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NAMES = (
    ("赣州市第三中学（东校区）", "赣州市章贡区红旗大道86号", 360_702),
    ("赣州市第二中学", "赣州市章贡区健康路5号", 360_702),
    ("南康区龙华幼儿园", "赣州市南康区龙华乡", 360_703),
    ("南昌女子职业学校", "南昌市东湖区阳明路", 360_102),
)


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    from db.commands.name_initials import name_initials

    for made in copy_of(installation, EMPTY):
        engine = create_engine(made.owner_url, poolclass=NullPool)
        with engine.begin() as connection:
            for number, (name, address, county) in enumerate(NAMES):
                at = venue(connection, county)
                connection.execute(
                    text("update venues set name = :n, name_initials = :i, address = :a where id = :id"),
                    {"n": name, "i": name_initials(name), "a": address, "id": at.id},
                )
                connection.execute(
                    text(
                        "insert into venue_people (venue_id, county, duty, name, phone)"
                        " values (:v, :c, 'safety_officer', :n, :p)"
                    ),
                    {"v": at.id, "c": county, "n": "欧阳" + "明亮华美"[number], "p": f"1390000111{number}"},
                )
                device(connection, at)
            connection.execute(
                text(
                    "insert into device_addresses (door, address, device_id, venue_id, county)"
                    " select 'ctwing', '867725030000017', id, venue_id, county from devices order by id limit 1"
                )
            )
        engine.dispose()
        yield made


def found(record: TestRecord, typed: str, region: int = 360_000) -> list[str]:
    with record.record.scoped(region_scope(region)) as session:
        return [each.title for each in search.find(session, typed, 10)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("第三中学", "赣州市第三中学（东校区）"),
        ("gzsdszx", "赣州市第三中学（东校区）"),
        ("ganzhoushidier", "赣州市第二中学"),
        ("GanZhouShiDiEr", "赣州市第二中学"),
        ("赣洲市第二中学", "赣州市第二中学"),
        ("南康区龙花幼儿园", "南康区龙华幼儿园"),
        ("longhuayoueryaun", "南康区龙华幼儿园"),
        ("nvzizhiye", "南昌女子职业学校"),
        ("红旗大道86", "赣州市第三中学（东校区）"),
        ("欧阳亮", "欧阳亮"),
        ("13900001112", "欧阳华"),
    ],
)
def test_people_find_what_they_mean(record: TestRecord, typed: str, first: str) -> None:
    assert found(record, typed)[0] == first


def test_devices_by_any_number_on_them(record: TestRecord) -> None:
    with record.record.scoped(region_scope(360_000)) as session:
        code = session.scalar(text("select min(code) from devices"))
    assert isinstance(code, str)
    assert found(record, code) == [code]
    assert code in found(record, code[-6:])
    assert code in found(record, code[:10])
    assert len(found(record, "867725030000017")) == 1


@pytest.mark.parametrize("typed", ["", "   ", "%", "__", "\\", "qqqqqq", "'; drop table venues; --", "（"])
def test_nothing_is_found_for_nothing(record: TestRecord, typed: str) -> None:
    assert [title for title in found(record, typed) if "（" not in typed] == []


@pytest.mark.parametrize("typed", ["中学", "gz", "欧阳", "sd-", "龙华", "867725030000017", "ganzhoushidier"])
def test_the_scope_holds_for_every_way_in(record: TestRecord, typed: str) -> None:
    with record.record.scoped(region_scope(360_102)) as session:
        theirs = set(session.scalars(text("select id from venues")))
        assert {each.venue_id for each in search.find(session, typed, 50)} <= theirs
    with record.record.scoped(Scope(1, 0, ())) as session:
        assert search.find(session, typed, 50) == []
        for function in ("find_words", "find_alike"):
            assert session.execute(text(f"select * from {function}(:t, :t, 50)"), {"t": typed}).all() == []


def test_a_venue_renamed_or_gone_is_found_so(record: TestRecord) -> None:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        at = venue(connection, 360_702)
        connection.execute(text("update venues set name = '宝葫芦学堂' where id = :id"), {"id": at.id})
    assert found(record, "baohulu") == ["宝葫芦学堂"]
    with engine.begin() as connection:
        connection.execute(text("delete from areas where venue_id = :id"), {"id": at.id})
        connection.execute(text("delete from venues where id = :id"), {"id": at.id})
    engine.dispose()
    assert found(record, "宝葫芦") == []
