"""A language as its folder under templates/ describes it: words, forms and habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from notegen.domain.addressee import AddresseeForms
from notegen.domain.problem import Counterpart, Problem

_NO_ELISION = ("onze", "onzi", "oui", "ouistiti", "ululer")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A sender in one language. `lines` are printed top down, in bold from `bold_from` (0-based).

    `name` opens the note ("The Federal Public Service …"); `closing_name` opens the close. `forms` are
    further words that the language's sentences need because the sender has a gender ("ses", "haar", "seine").
    """

    lines: tuple[str, ...]
    bold_from: int
    name: str
    closing_name: str
    forms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence about a problem: what was found, and what to do; `{slots}` are filled by name."""

    what: str
    do: str


@dataclass(frozen=True, slots=True)
class Language:
    """Everything in `templates/<code>/language.toml` and `messages.toml`.

    `locale` is a CLDR locale such as `fr_BE`; `pointer` the whole words that point down to this section;
    `grammar` maps a slot (`opening`, `block`, `closing`, `of`) to patterns with `{name}`, each under the
    article, gender or `plural` it is for (or with `{dative}` and the like: `inflected` is the regular
    expression of names whose cases differ from the name itself); `headers` are the six roster headers in
    the order of the form; `aspirated_h` (French) lists the beginnings of words before which "de" does not
    elide. `tag` is the BCP 47 tag that documents and mails carry; `in_language` says of each language how a
    text is named that is written in it ("en français"), to be listed in a sentence. `optional_headers` are
    the headers of further roster columns, by field. `hyphenation` holds words with a hyphen wherever they may
    be divided, for those that the patterns of the language get wrong. `months` from January and `weekdays`
    from Monday, each in all its forms, are not of the folder but of the locale, where a text is checked.
    """

    code: str
    locale: str
    name: str
    direction: str
    pointer: str
    labels: Mapping[str, str]
    letterheads: Mapping[str, Letterhead]
    places: Mapping[str, str]
    addressees: Mapping[str, AddresseeForms]
    grammar: Mapping[str, Mapping[str, str]]
    roster_code: str
    roster_names: tuple[str, ...]
    headers: tuple[str, ...]
    messages: Mapping[str, Message]
    aspirated_h: tuple[str, ...] = ()
    inflected: str = ""
    tag: str = ""
    in_language: Mapping[str, str] = field(default_factory=dict)
    optional_headers: Mapping[str, str] = field(default_factory=dict)
    hyphenation: tuple[str, ...] = ()
    months: tuple[tuple[str, ...], ...] = ()
    weekdays: tuple[tuple[str, ...], ...] = ()

    def elides(self, text: str) -> bool:
        """Whether "de" becomes "d’" before this text (French): before a vowel or a mute h."""
        word = text.lstrip(" «“‘\"'(\u00a0\u202f").casefold()
        first = word[:1]
        if first == "h":
            return not word.startswith(self.aspirated_h)
        if first == "y":
            return not word[1:2].isalpha()
        return first != "" and first in "aeiouàâäæéèêëîïôöœùûü" and not word.startswith(_NO_ELISION)

    def word(self, problem: Problem) -> Message:
        """The sentences about a problem, slots filled; a code without a sentence is a KeyError.

        Where it was compared with other versions, they say where those passages stand.
        """
        told = self._told(problem)
        if not problem.others:
            return told
        beside = [self._told(_located(problem, other)) for other in problem.others]
        advice = dict.fromkeys(message.do for message in (*beside, told))
        return Message(" ".join(message.what for message in (told, *beside)), " ".join(advice))

    def _told(self, problem: Problem) -> Message:
        slots = {
            "file": problem.place.file,
            "row": "" if problem.place.line is None else str(problem.place.line),
            "column": problem.place.column,
            "found": problem.found,
            **dict(problem.values),
        }
        message = self.messages[problem.code]
        return Message(message.what.format_map(slots), message.do.format_map(slots))


def _located(problem: Problem, other: Counterpart) -> Problem:
    """Where a counterpart stands, as a problem of its own, because whole sentences say it."""
    there = (("there", other.language.upper()),)
    if other.place is None or other.place.line is None:
        return Problem("note-counterpart-none", problem.place, values=there)
    place = replace(other.place, file=PurePath(other.place.file).name)
    if not place.column.isdigit():
        return Problem("note-counterpart-cell", place, values=there)
    if other.place.file != problem.place.file:
        return Problem("note-counterpart-file", place, values=there)
    return Problem("note-counterpart-line", place, values=there)
