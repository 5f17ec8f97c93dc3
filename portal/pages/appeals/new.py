"""Filing an appeal about a figure or about a venue's record."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from dash import dcc, html

from db.commands import appeals as commands
from db.commands.acting import Acting
from db.commands.appeals import FigureDoubt, VenueDoubt
from db.errors import AnwangError, InvalidInput
from db.queries import regions as region_queries
from db.queries import venues as venue_queries
from db.rules.appeal_lifecycle import MAY_FILE, Status
from db.rules.measures import MEASURES, MeasureKey
from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal import appeal_words, asking, measure_words, regions
from portal.components.case import Field, labelled
from portal.components.layout import note, panel
from portal.locale import _
from portal.pages.appeals import ids
from portal.pages.appeals.view import NewSubject
from portal.words import HERE

CLAIMS = tuple((status, is_so) for status in Status for is_so in (True, False))


def new_panel(subject: NewSubject) -> Any:
    """The form: about a venue where the address names one, about a figure else."""
    asker = asking.current()
    if asker.role not in MAY_FILE:
        return note(_("City and county bureaus file appeals about their own figures and venues."))
    try:
        head, fields = _of_venue(subject.venue) if subject.venue else _of_figure(subject)
    except AnwangError as refusal:
        return note(_(str(refusal)), "error")
    return panel(
        _("New appeal"),
        dcc.Store(id=ids.SUBJECT, data=subject.venue),
        head,
        html.Div(
            [
                *(labelled(field, _key(field.name)) for field in fields),
                labelled(Field("ground", _("What is wrong, and how you know")), _key("ground")),
                html.P(_("Photographs and documents are added right after filing."), className="quiet"),
                html.Button(_("File the appeal"), id=ids.NEW, className="primary", n_clicks=0),
            ],
            className="case-form",
        ),
        aside=dcc.Link(_("Close"), href="/appeals"),
    )


def _key(name: str) -> dict[str, str]:
    return {"type": ids.FIELD, "name": name}


def _of_venue(venue_id: int) -> tuple[Any, list[Field]]:
    with asking.reading() as session:
        venue = venue_queries.detail(session, venue_id)
    choices = tuple((f"{status}:{int(is_so)}", appeal_words.claim(status, is_so)) for status, is_so in CLAIMS)
    head = html.P(
        [
            html.B(venue.name),
            html.Br(),
            html.Span(
                regions.named(venue.city_name, venue.county_name),
                className="quiet",
            ),
        ]
    )
    return head, [
        Field("claim", _("On these days the venue"), "choice", choices[0][0], choices),
        Field("since", _("First day"), "date"),
        Field("last", _("Last day"), "date", hint=_("Left empty: up to today and on.")),
    ]


def _of_figure(subject: NewSubject) -> tuple[Any, list[Field]]:
    asker = asking.current()
    with asking.reading() as session:
        tree = region_queries.tree(session)
    own = [tree.one(asker.home), *tree.children(asker.home)]
    named = subject.region if subject.region in {row.adcode for row in own} else asker.home
    today = datetime.now(UTC).astimezone(HERE).date()
    shown = ("all", *(category.value for category in BULLETIN_CATEGORIES))
    categories = tuple((category, measure_words.category(category)) for category in shown)
    category = subject.category if subject.category in dict(categories) else "all"
    head = html.P(
        _("A venue that stands wrong in the record is doubted from its own page."),
        className="quiet",
    )
    return head, [
        Field("region", _("Region"), "choice", str(named), tuple((str(row.adcode), row.name) for row in own)),
        Field(
            *("measure", _("Measure"), "choice", subject.measure.value),
            tuple((measure.key.value, measure_words.name(measure.key)) for measure in MEASURES),
        ),
        Field("category", _("Category"), "choice", category, categories),
        Field("as_of", _("As of"), "date", (subject.as_of or today).isoformat()),
    ]


def file(venue_id: int | None, filled: dict[str, str]) -> int:
    """The appeal's number; refusals are of `db.errors`."""
    asker = asking.current()
    about: VenueDoubt | FigureDoubt
    if venue_id is not None:
        status, _colon, is_so = filled.get("claim", "").partition(":")
        last = day(filled.get("last"))
        about = VenueDoubt(
            int(venue_id),
            Status(status),
            is_so == "1",
            _needed(filled.get("since")),
            last + timedelta(days=1) if last else None,
        )
    else:
        measure = MeasureKey(filled["measure"])
        about = FigureDoubt(int(filled["region"]), measure, filled["category"], _needed(filled.get("as_of")))
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    with asking.reading() as session:
        return commands.file(session, about, filled.get("ground", ""), acting, datetime.now(UTC))


def _needed(written: str | None) -> date:
    found = day(written)
    if found is None:
        raise InvalidInput("Name the day.")
    return found


def day(written: str | None) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError as error:
        raise InvalidInput("A day is written as 2024-01-15.") from error
