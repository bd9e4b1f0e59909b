"""XLIFF: what a translator gets, and what happens to what comes back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notegen.errors import InputError
from notegen.reading.xliff import LARGEST, ExchangeFile, ExchangeUnit, read_xliff, write_xliff

PIECES = st.sampled_from(
    [
        "words", " ", "\n", "é", "<", "&", "]]>", "“", "**", "{{ name }}", "{% if x %}", "{slot}", "`code`",
        "[",        "](mailto:{{ contact }})", "<{{ link }}>", "<b>", "\u00a0", "العربية", "\U0001f600", "[text](https://a.test)",
    ]
)  # fmt: skip
TEXT = st.lists(PIECES, min_size=1, max_size=12).map("".join).filter(str.strip)
HEAD = '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">'
FILE = '<file original="a.md" source-language="en" target-language="nl" datatype="plaintext"><body>'
END = "</body></file></xliff>"


def document(*units: ExchangeUnit) -> ExchangeFile:
    return ExchangeFile("notifications/a.md", "en", "nl", units)


def given_back(tmp_path: Path, content: str | bytes) -> tuple[ExchangeFile, ...]:
    path = tmp_path / "back.xliff"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_xliff(path)


@given(TEXT, TEXT)
def test_every_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, source: str, target: str
) -> None:
    path = tmp_path_factory.mktemp("x") / "a.xliff"
    unit = ExchangeUnit("step 2", "step", source, target, "translated")
    path.write_bytes(write_xliff([document(unit)]))
    [file] = read_xliff(path)
    [back] = file.units
    assert (back.key, back.kind, back.source, back.target) == ("step 2", "step", source, target)
    assert (file.name, file.source_language, file.target_language) == ("notifications/a.md", "en", "nl")


def test_what_is_not_translated_stands_in_inline_elements() -> None:
    unit = ExchangeUnit("p", "paragraph", "Dear **{{ name }}**, write to [us](mailto:{{ contact }}) or `x`.")
    text = write_xliff([document(unit)]).decode()
    assert re.sub(r"<[^>]*>", "", re.sub(r"<(ph|bpt|ept)[^>]*>[^<]*</\1>", "·", text)).strip() == (
        "Dear ···, write to ·us· or ·."
    )


def test_a_stretch_has_the_same_name_in_both_languages() -> None:
    unit = ExchangeUnit("p", "paragraph", "{{ a }} and {{ b }}", "{{ b }} en {{ a }}", "translated")
    text = write_xliff([document(unit)]).decode()
    target = text.partition("<target")[2]
    assert target.index('id="2"') < target.index('id="1"')


def test_an_element_that_a_tool_emptied_stands_for_the_source_s(tmp_path: Path) -> None:
    source = '<source>To <ph id="1">{{ name }}</ph></source>'
    unit = f'<trans-unit id="p">{source}<target>Aan <x id="1"/></target></trans-unit>'
    [file] = given_back(tmp_path, HEAD + FILE + unit + END)
    assert file.units[0].target == "Aan {{ name }}"


def test_a_unit_knows_its_line(tmp_path: Path) -> None:
    unit = '\n\n<trans-unit id="p"><source>One</source>\n<target>Een</target></trans-unit>'
    [file] = given_back(tmp_path, HEAD + FILE + unit + END)
    assert (file.units[0].line, file.units[0].state) == (4, "translated")


def test_other_encodings_that_xml_knows_are_read(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>\n' + HEAD + FILE + END
    assert given_back(tmp_path, text.encode("utf-16"))[0].name == "a.md"


HOSTILE = {
    "an entity that grows": (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + HEAD + FILE + "&b;" + END,
        "entity",
    ),
    "a file of the machine": (
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + HEAD + FILE + "&f;" + END, "entity"
    ),
    "an entity in an attribute": (
        '<!DOCTYPE x [<!ENTITY a "a">]>' + HEAD + FILE.replace("a.md", "&a;") + END, "entity"
    ),
    "an outside document type": ('<!DOCTYPE x SYSTEM "http://example.org/x.dtd">' + HEAD, "document type"),
    "an entity that was never declared": (HEAD + FILE + "&what;" + END, "no XML"),
    "no XML": ("hello", "no XML"),
    "nothing": ("", "no XML"),
    "another document": ("<html/>", "no XLIFF 1.2"),
    "XLIFF 2": ('<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"/>', "no XLIFF 1.2"),
    "a file without a language": (
        HEAD + '<file original="a" source-language="en"/></xliff>', "target-language"
    ),
    "a unit without a source": (HEAD + FILE + '<trans-unit id="p"/>' + END, "without id or source"),
    "an element nobody knows": (
        HEAD + FILE + '<trans-unit id="p"><source>a<b/></source></trans-unit>' + END, "<b>"
    ),
    "another encoding": (b"<?xml version='1.0' encoding='latin-1'?><a>\xe9</a>", "UTF-8"),
    "depth": (HEAD + FILE + "<trans-unit id='p'><source>" + "<g id='1'>" * 5000, "no XML"),
    "size": (b" " * (LARGEST + 1), "MB"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_file_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    content, said = HOSTILE[name]
    with pytest.raises(InputError) as refused:
        given_back(tmp_path, content)
    assert said in refused.value.what
    assert refused.value.where.startswith(str(tmp_path / "back.xliff"))
    assert refused.value.hint


def test_a_control_character_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"U\+0007"):
        write_xliff([document(ExchangeUnit("p", "paragraph", "a\x07"))])
