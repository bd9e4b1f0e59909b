"""Activation links and codes, derived by key so that nothing secret is stored and the portal can check them.

    key ──HMAC──> one subkey each for links and codes (no value of one can pass for the other)
    token = base64url( 1 | length of dispatch | dispatch | member digest | HMAC(link key, identity)[:16] )
    code  = eight characters of Crockford's base 32, 40 bits of HMAC(code key, identity)

HMAC-SHA-256 is RFC 2104 with FIPS 180-4; base64url is RFC 4648 section 5 without padding. The token carries
whose it is; a code is checked against the token that was opened before it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field

from notegen.domain.secret import Secret

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_VERSION = b"\x01"
_MAC_BYTES = 16
_SHORTEST_KEY = 32
_LONGEST_TOKEN = 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose a token is: the dispatch by name, the member by the ledger's keyed digest (lower-case hex)."""

    dispatch: str
    member: str


@dataclass(frozen=True, slots=True)
class Activation:
    """Derives links and codes, and checks them. `url` holds `{token}` once; `key` has 32 bytes at least.

    Raises ValueError when one of the two cannot be used.
    """

    key: bytes = field(repr=False)
    url: str
    _link_key: bytes = field(init=False, repr=False)
    _code_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < _SHORTEST_KEY:
            raise ValueError(f"the activation key has {_SHORTEST_KEY} bytes at least")
        if self.url.count("{token}") != 1 or not self.url.startswith(("https://", "http://")):
            raise ValueError("the activation address is a web address that holds {token} once")
        object.__setattr__(self, "_link_key", _mac(self.key, b"notegen activation link 1"))
        object.__setattr__(self, "_code_key", _mac(self.key, b"notegen activation code 1"))

    def token(self, dispatch: str, member: str) -> Secret:
        """What the link carries. Raises ValueError when the dispatch's name exceeds 255 bytes."""
        identity = _framed(dispatch, member)
        mac = _mac(self._link_key, identity)[:_MAC_BYTES]
        return Secret(base64.urlsafe_b64encode(identity + mac).rstrip(b"=").decode())

    def link(self, dispatch: str, member: str) -> Secret:
        """The address of the activation page for that member."""
        return Secret(self.url.replace("{token}", self.token(dispatch, member).text))

    def code(self, dispatch: str, member: str) -> Secret:
        """The code to be typed there, as `XXXX-XXXX`."""
        number = int.from_bytes(_mac(self._code_key, _framed(dispatch, member))[:5], "big")
        text = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
        return Secret(f"{text[:4]}-{text[4:]}")

    def verify_token(self, text: str) -> Identity | None:
        """Whose that token (or whole link) is; None when it was not made with this key."""
        token = self._token_in(text.strip())
        data = _decoded(token)
        if len(data) <= _MAC_BYTES:
            return None
        identity, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(self._link_key, identity)[:_MAC_BYTES]):
            return None
        return _unframed(identity)

    def verify_code(self, text: str, code: str) -> Identity | None:
        """Whose token and code these are; None when either is wrong or they do not belong together.

        A code is read as people type it: any case, with or without the hyphen, O for 0, I or L for 1.
        """
        identity = self.verify_token(text)
        if identity is None:
            return None
        expected = normal_code(self.code(identity.dispatch, identity.member).text)
        return identity if hmac.compare_digest(expected.encode(), normal_code(code).encode()) else None

    def _token_in(self, text: str) -> str:
        before, after = self.url.split("{token}")
        return text.removeprefix(before).removesuffix(after) if text.startswith(before) else text


def normal_code(typed: str) -> str:
    """A code without what people add or confuse.

    >>> normal_code(" 7kqm–o2i4 ")
    '7KQM0214'
    """
    folded = unicodedata.normalize("NFKC", typed[:64]).upper()
    return "".join(c for c in folded if c.isalnum()).translate(_LOOKALIKES)


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _framed(dispatch: str, member: str) -> bytes:
    name, digest = dispatch.encode(), bytes.fromhex(member)
    if len(name) > 255 or not digest or digest.hex() != member:
        raise ValueError("a dispatch's name has 255 bytes at most; a member's digest is lower-case hex")
    return _VERSION + bytes([len(name)]) + name + digest


def _unframed(identity: bytes) -> Identity | None:
    end = 2 + identity[1]
    return Identity(identity[2:end].decode(), identity[end:].hex())


def _decoded(token: str) -> bytes:
    """The bytes of a token, b"" unless it is spelt in the one way that its bytes are spelt."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        return b""
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == token else b""
