"""Whether the parts of a note agree: dates, places, addressees, languages, links, files, references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from notegen.domain.addressee import Addressee
from notegen.domain.note import Acceptance, Enclosure, Fragment, VerbalNote
from notegen.domain.reference import ReferenceNumber, ReferenceRequest, probable_file
from notegen.reading.finding import nearest
from notegen.reading.note_body import read_versions
from notegen.reading.note_form import NoteForm, ReferenceParts
from notegen.reading.note_link import check_registry
from notegen.reading.note_sense import Sense


def make_note(
    form: NoteForm, sense: Sense, known: Mapping[str, Addressee], *, source_name: str, source: bytes
) -> VerbalNote | Fragment:
    """The note, when its parts agree and nothing was found before; otherwise what can be read of it."""
    used = _used_languages(form, sense)
    reference = _reference(form, sense)
    _check_dates(form, reference, sense)
    _check_place(form, used, sense)
    addressee = _addressee(form, used, known, sense)
    links = check_registry(form.links, used, sense)
    versions = read_versions(form, used, links, sense)
    enclosures = tuple(_enclosure(form, number, used, sense) for number in range(len(form.enclosures)))
    if form.annex is not None:
        sense.beside(form.annex.roster, "annex", "roster")
    accepted = sense.without_met(_acceptance(form, number, sense) for number in range(len(form.accepted)))
    if sense.findings or sense.refusals or reference is None or addressee is None:
        return Fragment(tuple(version for version in versions if version.body), accepted)
    return VerbalNote(
        document=form.document,
        reference=reference,
        issued=form.issued,
        updated=form.updated,
        place=form.place,
        addressee=addressee,
        versions=versions,
        authoritative=form.authoritative,
        links=links,
        enclosures=enclosures,
        annex_roster=form.annex.roster if form.annex else "",
        source_name=source_name,
        source=source,
        companions=tuple(sense.companions),
        accepted=accepted,
    )


def _acceptance(form: NoteForm, number: int, sense: Sense) -> Acceptance:
    told = form.accepted[number]
    place = sense.where.place("accepted", number)
    return Acceptance(told.finding, told.found, told.reason, told.language, place)


def _used_languages(form: NoteForm, sense: Sense) -> tuple[str, ...]:
    for number, code in enumerate(form.languages):
        if code not in sense.languages:
            sense.find(f"{code!r} is no known language.", nearest(code, sense.languages), "languages", number)
        elif code in form.languages[:number]:
            sense.find(f"the language {code!r} stands here twice.", "Keep one.", "languages", number)
    for number, code in enumerate(form.authoritative):
        if code not in form.languages:
            hint = f"Name some of: {', '.join(form.languages)}."
            sense.find(f"{code!r} is no language of this note.", hint, "authoritative", number)
    return tuple(code for code in dict.fromkeys(form.languages) if code in sense.languages)


def _reference(form: NoteForm, sense: Sense) -> ReferenceNumber | ReferenceRequest | None:
    written = form.reference.unit if isinstance(form.reference, ReferenceParts) else form.reference
    try:
        if isinstance(form.reference, ReferenceParts):
            reference: ReferenceNumber | ReferenceRequest = form.reference.request()
        else:
            reference = ReferenceNumber.parse(form.reference)
    except ValueError as fault:
        sense.find(f"{fault}.", "Write the parts like P0.0, PRO.3143 and VACCIN.", "reference")
        return None
    if not written.strip().startswith(reference.unit):
        sense.warn("note-letter-o", written, "reference", read=reference.unit)
    if (file := probable_file(reference.file)) != reference.file:
        sense.warn("note-file-letter", reference.file, "reference", read=file)
    return reference


def _check_dates(form: NoteForm, reference: ReferenceNumber | ReferenceRequest | None, sense: Sense) -> None:
    if isinstance(reference, ReferenceNumber) and reference.dated != form.issued:
        what = f"issued is {form.issued}, the reference says {reference.dated:%d.%m.%Y}."
        hint = "Make them the same; an update goes under `updated` and leaves both as they are."
        sense.find(what, hint, "issued")
    if form.updated is not None and form.updated < form.issued:
        what = f"updated ({form.updated}) lies before issued ({form.issued})."
        sense.find(what, "An update comes after the first issue.", "updated")
    for key, day in (("issued", form.issued), ("updated", form.updated)):
        if day is not None and not date(1950, 1, 1) <= day <= date(2199, 12, 31):
            sense.find(f"the year {day.year} cannot be meant.", "Correct the date.", key)


def _check_place(form: NoteForm, used: tuple[str, ...], sense: Sense) -> None:
    lacking = [code for code in used if form.place not in sense.languages[code].places]
    if lacking:
        places = sense.languages[lacking[0]].places
        hint = f"{nearest(form.place, places)} Or add it to [places] in templates/{lacking[0]}/language.toml."
        sense.find(f"the place {form.place!r} has no name in {', '.join(lacking)}.", hint, "place")


def _addressee(
    form: NoteForm, used: tuple[str, ...], known: Mapping[str, Addressee], sense: Sense
) -> Addressee | None:
    if form.addressee in known:
        addressee = known[form.addressee]
    else:
        forms = {
            c: lang.addressees for c, lang in sense.languages.items() if form.addressee in lang.addressees
        }
        if not forms:
            every = {key for code in used for key in sense.languages[code].addressees} | set(known)
            hint = nearest(form.addressee, every)
            sense.find(f"the addressee {form.addressee!r} is not known.", hint, "addressee")
            return None
        addressee = Addressee(
            form.addressee, {c: addressees[form.addressee] for c, addressees in forms.items()}
        )
    for code in used:
        if code not in addressee.forms:
            hint = f"Add its forms in that language, or take {code!r} out of `languages`."
            sense.find(f"the addressee {form.addressee!r} has no name in {code!r}.", hint, "addressee")
    return addressee


def _enclosure(form: NoteForm, number: int, used: tuple[str, ...], sense: Sense) -> Enclosure:
    enclosure, steps = form.enclosures[number], ("enclosures", number)
    for code in used:
        if code not in enclosure.title:
            hint = f"Add `{code}: …`; the section in that language lists the enclosure too."
            sense.find(f"the enclosure has no title in {code!r}.", hint, *steps, "title")
    for code in {*enclosure.title, *enclosure.languages} - sense.languages.keys():
        sense.find(f"{code!r} is no known language.", nearest(code, sense.languages), *steps)
    sense.plain(enclosure.title, *steps, "title")
    if enclosure.file:
        sense.beside(enclosure.file, *steps, "file")
    return Enclosure(enclosure.file, enclosure.title, enclosure.languages)
