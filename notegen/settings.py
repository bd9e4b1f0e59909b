"""notegen.toml and the environment, as typed settings; the environment wins over the file."""

from __future__ import annotations

import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as PydanticSettingsError

from notegen.delivery.settings import FolderSettings, SmtpSettings
from notegen.errors import SettingsError, why_unread
from notegen.records.settings import RecordsSettings, holds_password

DEFAULT_FILE = Path("notegen.toml")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class LetterheadSettings(_Section):
    """`[sender.fr]`: a letterhead of your own in one language."""

    lines: tuple[str, ...] = Field(min_length=1, description="The lines, top down.")
    bold_from: int = Field(default=0, ge=0, description="The first bold line, counted from 0.")
    name: str = Field(description="The sender as it opens the note, with its article.")
    closing_name: str = Field(
        default="", description="The sender as it opens the close; the name unless given."
    )
    forms: dict[str, str] = Field(default={}, description="Further grammatical forms, as in language.toml.")


class SenderSettings(_Section):
    """`[sender]`: which letterhead heads the notes, and the short name of their author."""

    letterhead: str = Field(default="belgium", description="A key of [letterheads] in language.toml.")
    short_name: str = Field(default="", description="The author in the PDF's properties.")
    fixed: str = Field(
        default="", description="A language whose letterhead heads the sections of all languages."
    )
    emblem: Path | None = Field(default=None, description="An SVG file for the top of the page.")
    languages: dict[str, LetterheadSettings] = Field(default={}, description="Letterheads of your own.")


class MailSettings(SmtpSettings):
    """`[smtp]`: the relay, and what mails say about where they come from."""

    from_: str = Field(default="noreply@example.org", alias="from", description="Address in From.")
    from_name: str = Field(default="", description="Display name in From; the service's name unless given.")
    reply_to: str = Field(default="", description="Address in Reply-To; none unless given.")
    return_path: str = Field(default="", description="Envelope sender; the From address unless given.")


class ActivationSettings(_Section):
    """`[activation]`: where the link leads, and the key that links and codes are derived with."""

    url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="The activation page; {token} is where the token goes, at the end unless told.",
    )
    key_file: Path | None = Field(
        default=None, description="The key shared with the portal; [records] key_file unless given."
    )
    valid_days: int = Field(
        default=0, ge=0, le=365, description="How many days link and code are said to be valid; 0: not said."
    )
    service: str = Field(
        default="", description="The service's name in the mails; that of the language unless given."
    )
    contact: str = Field(
        default="", description="Whom the mails name for questions; Reply-To or From unless given."
    )
    second_language: str = Field(default="", description="A language written below each mail's own.")


class DispatchSettings(_Section):
    """`[dispatch]`: how the mails are sent."""

    delivery: Literal["smtp", "folder"] = Field(default="smtp", description="smtp, or folder for .eml files.")
    in_doubt: Literal["resend", "hold"] = Field(
        default="resend", description="What becomes of a mail in doubt."
    )
    retries: int = Field(default=30, ge=1, description="How often a mail is tried before it is given up.")
    first_pause_seconds: float = Field(default=30, gt=0, description="Pause before the second try; it grows.")
    wait_minutes: float = Field(default=10, ge=0, description="How long a run stays for mails not due yet.")
    expiry_hours: float = Field(default=48, gt=0, description="After how many hours a dispatch is given up.")
    per_second: float = Field(default=0, ge=0, description="Mails a second at most; 0: no limit.")
    per_domain_second: float = Field(default=0, ge=0, description="The same for one recipient domain.")
    per_connection_second: float = Field(default=0, ge=0, description="The same for one connection.")
    open_intents: int = Field(default=128, ge=1, le=1000, description="Mails under way at once.")
    lease_seconds: float = Field(
        default=60, ge=1, description="How long a sender without a sign of life keeps what it holds."
    )
    portion: int = Field(
        default=500, ge=1, le=5000, description="People whose mails one worker sends at one go (PostgreSQL)."
    )
    retention_days: int = Field(default=90, ge=0, description="How long `dispatch purge` keeps what ended.")


class RosterSettings(_Section):
    """`[roster]`: what is accepted from missions."""

    row_limit: int = Field(default=10_000, ge=1, description="Rows of one file at most.")
    shared_email: Literal["warn", "reject"] = Field(default="warn", description="One address for two people.")


class TypographySettings(_Section):
    """`[typography]`: which habits notes and mails follow."""

    profile: Literal["be", "eu"] = Field(
        default="be", description="be, or eu: no space before : ; ! ? in French."
    )


class TemplatesSettings(_Section):
    """`[templates]`: folders of your own."""

    folders: tuple[Path, ...] = Field(default=(), description="Searched before those that come with notegen.")


class Settings(BaseSettings):
    """Everything that notegen.toml may say. `NOTEGEN_SMTP__HOST` in the environment is [smtp] host."""

    model_config = SettingsConfigDict(
        env_prefix="NOTEGEN_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    language: str = Field(
        default="", description="The language in which findings are worded; else from LANG."
    )
    sender: SenderSettings = SenderSettings()
    smtp: MailSettings = MailSettings()
    folder: FolderSettings = FolderSettings()
    records: RecordsSettings = RecordsSettings()
    activation: ActivationSettings = ActivationSettings()
    dispatch: DispatchSettings = DispatchSettings()
    roster: RosterSettings = RosterSettings()
    typography: TypographySettings = TypographySettings()
    templates: TemplatesSettings = TemplatesSettings()

    def with_sections(self, sections: Mapping[str, Mapping[str, object]]) -> Settings:
        """These settings with whole sections replaced; the environment has no say in those."""
        fields = type(self).model_fields
        models: dict[str, Any] = {name: fields[name].annotation for name in sections}
        replaced = {
            name: TypeAdapter(model).validate_python(sections[name]) for name, model in models.items()
        }
        return self.model_copy(update=replaced)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what was read from the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def read_settings(path: Path | None) -> Settings:
    """The settings of `path`, or of notegen.toml where there is one. Raises SettingsError, naming the line.

    Relative paths are meant from the working folder.
    """
    if path is None and not DEFAULT_FILE.is_file():
        return _checked({}, "", "")
    file = path or DEFAULT_FILE
    text = _text(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = "Mend that line; a text stands between double quotes."
        raise SettingsError(str(error), where=str(file), hint=hint) from error
    _refuse_secrets(data, text, str(file))
    return _checked(data, text, str(file))


def template_folders(flag: Path | None, settings: Settings) -> tuple[Path, ...]:
    """Where templates are looked for, in order: the flag, the settings, those that come with notegen."""
    if flag is not None and not flag.is_dir():
        hint = "Name a folder that holds one folder a language."
        raise SettingsError("no such folder", where=str(flag), hint=hint)
    missing = [folder for folder in settings.templates.folders if not folder.is_dir()]
    if missing:
        what = f"no such folder: {missing[0]}"
        raise SettingsError(what, where="[templates] folders", hint="Mend the path.")
    own = (flag,) if flag else ()
    return (*own, *settings.templates.folders, shipped_folder("templates"))


def shipped_folder(name: str) -> Path:
    """A folder that comes with notegen: beside the installed package's modules, else in the checkout."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def read_key(path: Path) -> bytes:
    """The key in a file, made on first use (32 random bytes in hexadecimal, readable by the owner alone)."""
    try:
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
        key = path.read_bytes().strip()
    except FileExistsError:
        return read_key(path)
    except OSError as error:
        what = error.strerror or str(error)
        raise SettingsError(what, where=str(path), hint="Give notegen a readable key.") from error
    if len(key) < 32:
        hint = "Remove the file to have one made."
        raise SettingsError("a key has at least 32 characters", where=str(path), hint=hint)
    return key


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError("no such file", where=str(file), hint="Mend the path after --config.") from error
    except (OSError, UnicodeDecodeError) as error:
        hint = "The file must be readable, in UTF-8."
        raise SettingsError(why_unread(error), where=str(file), hint=hint) from error


def _refuse_secrets(data: Mapping[str, Any], text: str, file: str) -> None:
    """A settings file is copied, mailed and kept under version control: no secret stands in it."""
    sections = {name: part for name, part in data.items() if isinstance(part, dict)}
    url = str(sections.get("records", {}).get("url", ""))
    if "password" in sections.get("smtp", {}):
        path, hint = ("smtp", "password"), "Name a password_file under [smtp], or set NOTEGEN_SMTP__PASSWORD."
    elif holds_password(url):
        path, hint = ("records", "url"), "Set NOTEGEN_RECORDS__URL, or use the database's own password file."
    else:
        return
    what = f"[{'.'.join(path)}] a password does not stand in the settings file"
    raise SettingsError(what, where=_place(path, text, file), hint=hint)


def _checked(data: dict[str, Any], text: str, file: str) -> Settings:
    try:
        return Settings(**data)
    except (ValidationError, PydanticSettingsError) as error:
        if not isinstance(error, ValidationError):
            hint = "Mend the NOTEGEN_… variable."
            raise SettingsError(str(error), where="environment", hint=hint) from error
        found = [f"{_line_of(e, text, file)}: [{_dotted(e)}] {_said(e)}" for e in error.errors()]
        hint = "`notegen schema settings` lists every key."
        raise SettingsError("\n".join(found), hint=hint) from error


def _dotted(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"])


def _said(error: ErrorDetails) -> str:
    """What pydantic found; for an unknown key, the nearest one that exists."""
    if error["type"] != "extra_forbidden":
        return f"{error['msg']}."
    model: Any = Settings
    for part in error["loc"][:-1]:
        field = model.model_fields.get(str(part)) if hasattr(model, "model_fields") else None
        model = field.annotation if field else None
    known = (
        [f.alias or name for name, f in model.model_fields.items()] if hasattr(model, "model_fields") else []
    )
    near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
    return f"no such key; did you mean {near[0]!r}?" if near else "no such key."


def _line_of(error: ErrorDetails, text: str, file: str) -> str:
    return _place(error["loc"], text, file)


def _place(path: Sequence[object], text: str, file: str) -> str:
    """`file:line` of the key where the file has it, the environment otherwise."""
    *section, key = [str(part) for part in path]
    opening = re.search(rf"^\s*\[{re.escape('.'.join(section))}\]", text, re.MULTILINE) if section else None
    start = opening.end() if opening else 0
    found = re.search(rf"^\s*{re.escape(key)}\s*=", text[start:], re.MULTILINE)
    if found is None:
        opening = re.search(rf"^\s*\[{re.escape('.'.join(map(str, path)))}\]", text, re.MULTILINE) or opening
        return f"{file}:{text.count(chr(10), 0, opening.end()) + 1}" if opening else file or "environment"
    return f"{file}:{text.count(chr(10), 0, start + found.end()) + 1}"
