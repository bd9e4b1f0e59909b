"""The Belgian identification number (NISS, INSZ, ENSS): a national number or a BIS number, eleven digits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class IdentificationNumber:
    """Eleven digits that passed the check; `str` is masked, `digits` and `printed` are the number itself."""

    digits: str

    def __post_init__(self) -> None:
        if len(self.digits) != 11 or not (self.digits.isascii() and self.digits.isdigit()):
            raise ValueError("an identification number has eleven digits")

    @property
    def printed(self) -> str:
        """The canonical form `YY.MM.DD-SSS.CC`."""
        d = self.digits
        return f"{d[:2]}.{d[2:4]}.{d[4:6]}-{d[6:9]}.{d[9:]}"

    @property
    def masked(self) -> str:
        """For people who only need to tell two apart: `••.••.••-•••.12`."""
        return f"••.••.••-•••.{self.digits[9:]}"

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"IdentificationNumber({self.masked!r})"
