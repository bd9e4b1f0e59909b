"""What each delivery has to be told. No library of the trade is loaded here."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.json_schema import SkipJsonSchema

from notegen.errors import SettingsError

_DOMAIN = r"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)?$"
DEFAULT_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class _DeliverySettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DkimSettings(_DeliverySettings):
    """A signature of our own (RFC 6376), for relays that do not sign; off unless all three are given."""

    domain: str = Field(
        default="", pattern=_DOMAIN, description="The signing domain (d=), that of the From address."
    )
    selector: str = Field(
        default="", pattern=_DOMAIN, description="The selector (s=): where in DNS the key stands."
    )
    key_file: Path | None = Field(
        default=None, description="Private key (PEM): RSA of 2048 bits up, or Ed25519."
    )

    @model_validator(mode="after")
    def _all_or_nothing(self) -> DkimSettings:
        given = (bool(self.domain), bool(self.selector), self.key_file is not None)
        if any(given) and not all(given):
            raise ValueError("domain, selector and key_file belong together")
        return self

    @property
    def enabled(self) -> bool:
        """Whether mails are to be signed here."""
        return self.key_file is not None


class SmtpSettings(_DeliverySettings):
    """The relay, how far it is trusted, and how long it is waited for (RFC 5321 4.5.3.2)."""

    host: str = Field(
        default="localhost", min_length=1, pattern=r"^[^\s\x00-\x1f\x7f]+$", description="The relay."
    )
    port: int = Field(
        default=0, ge=0, le=65535, description="Its port; by default 587, 465 or 25 by security."
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls and tls are demanded, never given up; none sends in clear."
    )
    ca_file: Path | None = Field(
        default=None, description="Certificates (PEM) to trust instead of the system's."
    )
    username: str = Field(default="", description="Login name; no login unless given.")
    # It is no key of the settings file: a secret comes from the environment or from password_file.
    password: SkipJsonSchema[SecretStr] = SecretStr("")
    password_file: Path | None = Field(default=None, description="A file that holds the password.")
    local_hostname: str = Field(
        default="", pattern=r"^[!-~]*$", description="Our name in EHLO; the machine's full name unless given."
    )
    connections: int = Field(default=4, ge=1, le=100, description="Connections open at once.")
    messages_per_connection: int = Field(
        default=500, ge=1, description="Mails after which a connection is renewed."
    )
    connect_seconds: float = Field(default=30, gt=0, description="Limit for connecting and for the greeting.")
    command_seconds: float = Field(default=300, gt=0, description="Limit for the answer to a command.")
    final_seconds: float = Field(default=600, gt=0, description="Limit for the answer to the end of a mail.")
    pipelining: bool = Field(
        default=True, description="Send commands ahead of answers where the relay allows it."
    )
    use_8bit: bool = Field(
        default=False, description="Compose mails in 8-bit; the relay must then offer 8BITMIME."
    )
    dkim: DkimSettings = Field(default=DkimSettings(), description="A signature of our own.")

    @model_validator(mode="after")
    def _keep_the_password_secret(self) -> SmtpSettings:
        if self.username and self.security == "none" and not self.is_loopback:
            raise ValueError("a login needs security starttls or tls: the password would travel in clear")
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether the relay is this machine."""
        if self.host.rstrip(".").casefold() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def misgiving(self) -> str:
        """What an operator should know before the first mail; empty when there is nothing to say."""
        if self.security != "none" or self.is_loopback:
            return ""
        return f"Mails to {self.host} travel in clear. Set security to starttls or tls under [smtp]."

    @property
    def actual_port(self) -> int:
        """The port given, or the usual one for the kind of security."""
        return self.port or DEFAULT_PORTS[self.security]

    def read_password(self) -> str:
        """The password itself. SettingsError when there is none, or its file cannot be read or is empty."""
        if self.password_file is None:
            if not self.password.get_secret_value():
                hint = "Name a password_file under [smtp], or set NOTEGEN_SMTP__PASSWORD."
                raise SettingsError("there is a username without a password", where="[smtp]", hint=hint)
            return self.password.get_secret_value()
        try:
            password = self.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(self.password_file, "the password file cannot be read") from error
        if not password:
            raise _unreadable(self.password_file, "the password file is empty")
        return password


class FolderSettings(_DeliverySettings):
    """The folder in which every mail becomes a file."""

    folder: Path = Field(default=Path("outbox"), description="Where the .eml files go; made when missing.")


class MemorySettings(_DeliverySettings):
    """Nothing to be told."""


def _unreadable(file: Path, what: str) -> SettingsError:
    return SettingsError(what, where=str(file), hint="Name a readable file under [smtp] password_file.")
