"""The ways of carrying mails, by name. A new one is a file beside this, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from notegen.delivery.folder import FolderDelivery
from notegen.delivery.memory import MemoryDelivery
from notegen.delivery.settings import FolderSettings, MemorySettings, SmtpSettings
from notegen.delivery.smtp import SmtpDelivery
from notegen.domain.mail import Delivery


@dataclass(frozen=True, slots=True)
class Backend:
    """The settings that a delivery needs, and how it is made from them."""

    settings: type[BaseModel]
    make: Callable[[Any], Delivery]


DELIVERIES: Mapping[str, Backend] = MappingProxyType(
    {
        "smtp": Backend(SmtpSettings, SmtpDelivery),
        "folder": Backend(FolderSettings, FolderDelivery),
        "memory": Backend(MemorySettings, MemoryDelivery),
    }
)
