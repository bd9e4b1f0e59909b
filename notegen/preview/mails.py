"""The pages about mails: every kind in every language, as it is sent to one person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from notegen.domain.member import Member
from notegen.domain.notification import OWN_WORDS, Notification, NotificationKind, plan
from notegen.domain.planned_mail import PlannedMail
from notegen.errors import NotegenError
from notegen.preview.people import sample_people
from notegen.preview.trouble import Reason
from notegen.preview.visit import Choice, Values, Visit, language_choices
from notegen.rendering.email import MailPreview

WIDTHS = ("phone", "desktop")
THEMES = ("light", "dark")
_DARK_RULE = "@media (prefers-color-scheme: dark)"
_NOT_SECRET = ("link", "code")

_people = cache(sample_people)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in one language, or what keeps it from being made."""

    code: str
    language: str
    tag: str
    direction: str
    is_own: bool
    frame: str = ""
    file: str = ""
    mail: MailPreview | None = None
    reasons: tuple[Reason, ...] = ()

    def __repr__(self) -> str:
        return f"Letter({self.code!r})"


def list_mails(visit: Visit) -> Values:
    """Kinds by languages, with the subject of each mail or what is wrong with it."""
    member = person(visit)
    languages = tuple(visit.snapshot.house.languages)
    table = [
        {
            "kind": kind.value,
            "href": visit.href(f"mails/{kind.value}", **_wishes(visit)),
            "letters": [_letter(visit, kind, code, member) for code in languages],
        }
        for kind in NotificationKind
    ]
    names = [visit.snapshot.house.languages[code] for code in languages]
    return {"table": table, "languages": names, **_person_form(visit)}


def show_kind(visit: Visit, kind: NotificationKind) -> Values:
    """One kind in every language that is shown."""
    languages = tuple(visit.snapshot.house.languages)
    member = person(visit)
    letters = [_letter(visit, kind, code, member) for code in visit.shown(languages)]
    return {
        "kind": kind.value,
        "kinds": [
            Choice(each.value, visit.href(f"mails/{each.value}", **_wishes(visit)), each is kind)
            for each in NotificationKind
        ],
        "letters": letters,
        "choices": language_choices(visit, languages),
        "widths": _options(visit, "width", WIDTHS),
        "themes": _options(visit, "theme", THEMES),
        "width": _option(visit, "width", WIDTHS),
        **_person_form(visit),
    }


def frame(visit: Visit, kind: NotificationKind, code: str) -> str:
    """The HTML of a mail, as a client shows it that prefers the light or the dark."""
    html = compose(visit, kind, code, person(visit)).html
    theme = _option(visit, "theme", THEMES)
    # A frame cannot be told which colours its reader prefers, so that the question itself is answered.
    html = html.replace(_DARK_RULE, "@media all" if theme == "dark" else "@media not all")
    return html.replace("light dark", theme)


def compose(visit: Visit, kind: NotificationKind, code: str, member: Member) -> MailPreview:
    """The mail that this person would get in that language, link and code masked."""
    named = replace(member, language=code)
    planned = {notification.kind: notification for notification in plan(named)}
    notification = planned.get(kind) or _alone(named, kind)
    mail = PlannedMail(
        f"{member.row}.{notification.position}", "preview", "00" * 32, "<preview@localhost>", notification
    )
    return visit.snapshot.composer.preview(mail)


def _alone(member: Member, kind: NotificationKind) -> Notification:
    """A notification of no sequence; words of its own that no roster brings are shown by their names."""
    own = [word for word in OWN_WORDS.get(kind, ()) if word not in _NOT_SECRET]
    return Notification(
        kind=kind,
        position=0,
        language=member.language,
        recipient=member.email,
        first_names=member.first_names,
        last_name=member.last_name,
        row=member.row,
        values=tuple((word, f"‹{word}›") for word in own),
    )


def person(visit: Visit) -> Member:
    """Who the mails are for: a row of the roster if one is named, else one of the sample people."""
    member = _in_row(visit)
    if member is not None:
        return member
    people = _people()
    number = visit.query.get("person", "1")
    at = int(number) - 1 if number.isdecimal() and len(number) < 3 else 0
    return people[at] if 0 <= at < len(people) else people[0]


def _in_row(visit: Visit) -> Member | None:
    row = visit.query.get("row", "")
    roster = visit.snapshot.roster_for(visit.words.code) if row.isascii() and row.isdecimal() else None
    if roster is None:
        return None
    return next((member for member in roster.members if member.row == int(row)), None)


def _letter(visit: Visit, kind: NotificationKind, code: str, member: Member) -> Letter:
    language = visit.snapshot.house.languages[code]
    own = _wishes(visit)
    letter = Letter(
        code,
        language.name,
        language.tag,
        language.direction,
        is_own=code == member.language,
        frame=visit.href(f"mails/{kind.value}/{code}/frame", **own),
        file=visit.href(f"mails/{kind.value}/{code}/message.eml", **own),
    )
    try:
        return replace(letter, mail=compose(visit, kind, code, member))
    except NotegenError as error:
        return replace(letter, reasons=visit.reasons(error))


def _person_form(visit: Visit) -> dict[str, object]:
    row = visit.query.get("row", "")
    is_unknown = bool(row) and _in_row(visit) is None
    return {
        "people": _people(),
        "complaint": visit.words.say("row_unknown", row=row[:20]) if is_unknown else "",
        "person": visit.query.get("person", "1"),
        "row": row,
        "has_roster": visit.snapshot.commission.roster is not None,
        "kept": {key: visit.query[key] for key in ("show", "width", "theme") if key in visit.query},
    }


def _wishes(visit: Visit) -> dict[str, str]:
    return {k: visit.query[k] for k in ("person", "row", "show", "width", "theme") if k in visit.query}


def _options(visit: Visit, wish: str, names: tuple[str, ...]) -> list[Choice]:
    chosen = _option(visit, wish, names)
    return [Choice(visit.words.say(name), visit.here(**{wish: name}), name == chosen) for name in names]


def _option(visit: Visit, wish: str, names: tuple[str, ...]) -> str:
    return visit.query.get(wish, "") if visit.query.get(wish) in names else names[0]
