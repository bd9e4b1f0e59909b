"""What stands before the desk: who may ask, what may be asked, and what a page may do in the browser.

The desk listens on loopback only. That does not keep web pages out: one of a foreign site can lead its own
name to 127.0.0.1 (DNS rebinding) or embed the desk's addresses. So the Host header is held against the names
that the desk has, and what other sites ask for is refused (Fetch Metadata, W3C).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
"""For a mail: its looks are in the mail itself, and nothing else is loaded, run, sent or opened."""

_HEADERS = {
    b"content-security-policy": PAGE_POLICY.encode(),
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}


def names_of(port: int) -> frozenset[str]:
    """What a browser on this machine calls the desk in Host (RFC 9110, 7.2)."""
    hosts = ("127.0.0.1", "localhost", "[::1]")
    bare = hosts if port == 80 else ()
    return frozenset((*(f"{host}:{port}" for host in hosts), *bare))


def gate(app: App, names: Collection[str]) -> App:
    """The app behind its gate: GET and HEAD only, under these names, with strict headers."""

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refused = _refused(scope, names)
        if refused:
            await _refuse(refused, _strict(send))
        else:
            await app(scope, receive, _strict(send))

    return guarded


def _refused(scope: Message, names: Collection[str]) -> int:
    """The status that refuses a request; 0 when it is welcome."""
    headers = [(name.lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    hosts = [value.lower() for name, value in headers if name == b"host"]
    if len(hosts) != 1 or hosts[0] not in names:
        return 421
    if scope["method"] not in ("GET", "HEAD"):
        return 405
    fetch = dict(headers)
    is_foreign = fetch.get(b"sec-fetch-site", "none") not in ("none", "same-origin")
    is_visit = fetch.get(b"sec-fetch-mode") == "navigate" and fetch.get(b"sec-fetch-dest") == "document"
    return 403 if is_foreign and not is_visit else 0


async def _refuse(status: int, send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"This desk does not answer that.\n"})


def _strict(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            added = [(name, value) for name, value in _HEADERS.items() if name not in own]
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return sent
