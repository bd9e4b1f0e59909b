"""The name of an addressee put into phrases by the patterns of its language, and never by guessing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from notegen.domain.addressee import AddresseeForms
from notegen.domain.language import Language
from notegen.reading.addressee_form import FormsForm
from notegen.reading.yaml_form import WrongValueError

_VOWEL = re.compile(r"[aeiouyàâäéèêëîïôöûüœæ]", re.IGNORECASE)
_ELIDED = "l'"


def forms_of(form: FormsForm, language: Language) -> AddresseeForms:
    """The phrases of one addressee; WrongValueError says what to add when the language needs to know more."""
    if form.opening and form.block and form.closing:
        return AddresseeForms(form.name, form.opening, form.block, form.closing, form.of)
    key = _pattern_key(form, language.grammar["opening"])
    _check_elision(form.name, key, language)
    return AddresseeForms(
        name=form.name,
        opening=form.opening or _phrase(form, "opening", key, language),
        block=form.block or _phrase(form, "block", key, language),
        closing=form.closing or _phrase(form, "closing", key, language),
        of=form.of or _genitive(form, key, language),
    )


def _phrase(form: FormsForm, slot: str, key: str, language: Language) -> str:
    pattern = language.grammar[slot][key]
    inflected = bool(language.inflected and re.match(language.inflected, form.name))
    cases = {"name": form.name}
    for case in ("accusative", "dative", "genitive"):
        written = getattr(form, case) or ("" if inflected else form.name)
        if not written and f"{{{case}}}" in pattern:
            hint = f"Add `{case}:` with the name as it stands in {pattern.format_map({case: '…'})!r}."
            raise WrongValueError(f"the {case} of {form.name!r} is missing.", hint)
        cases[case] = written
    return pattern.format_map(cases)


def _genitive(form: FormsForm, key: str, language: Language) -> str:
    """Only some notes need it: where it is not known it stays empty, and using it is an error of its own."""
    if key not in language.grammar.get("of", {}):
        return ""
    try:
        return _phrase(form, "of", key, language)
    except WrongValueError:
        return ""


def _pattern_key(form: FormsForm, patterns: Mapping[str, str]) -> str:
    article = form.article.replace("’", "'")
    if article:
        if article not in patterns:
            raise WrongValueError(
                f"the article {form.article!r} is not known.", f"One of: {_listed(patterns)}."
            )
        return article
    if form.number == "plural" and "plural" in patterns:
        return "plural"
    if form.gender in patterns:
        return form.gender
    if len(patterns) == 1:
        return next(iter(patterns))
    need = "gender" if "f" in patterns else "article"
    hint = f"Add `{need}:` with one of: {_listed(patterns)}."
    raise WrongValueError(f"the {need} of {form.name!r} is missing.", hint)


def _check_elision(name: str, key: str, language: Language) -> None:
    """French: l' stands before a vowel or a mute h, la and le stand before the rest."""
    if _ELIDED not in language.grammar["opening"] or key not in (_ELIDED, "la", "le"):
        return
    aspirated = any(name.casefold().startswith(start) for start in language.aspirated_h)
    if key != _ELIDED and _VOWEL.match(name):
        raise WrongValueError(f"{key!r} cannot stand before {name!r}.", "Write `article: l'`.")
    if key == _ELIDED and (aspirated or not (_VOWEL.match(name) or name[:1] in "hH")):
        raise WrongValueError(
            f"{key!r} cannot stand before {name!r}.", "Write `article: la` or `article: le`."
        )


def _listed(patterns: Mapping[str, str]) -> str:
    return ", ".join(patterns)
