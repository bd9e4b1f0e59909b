"""Who may ask the desk for something, and what its pages may do in the browser."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest
from desks import PAGES, Markup, Opened

from notegen.errors import InputError
from notegen.preview.server import LOOPBACK, listen


def test_the_desk_listens_on_loopback_only() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == LOOPBACK == "127.0.0.1"


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with listen(0) as listener, pytest.raises(InputError, match=r"--port \d+: .* Choose another with --port"):
        listen(listener.getsockname()[1])


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.org",
        "evil.example.org:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.example.org:{port}",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/en/roster", "/changes", "/assets/desk.css", "/notes/1/note.pdf"])
def test_a_foreign_name_for_this_machine_is_refused(desk: Opened, host: str, path: str) -> None:
    refused = desk.get(path, Host=host.format(port=urlsplit(desk.address).port))
    assert refused.status == 421
    assert "members" not in refused.text


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_welcome(desk: Opened, name: str) -> None:
    assert desk.get("/en/notes", Host=f"{name}:{urlsplit(desk.address).port}").status == 200


def test_a_request_with_two_hosts_is_refused(desk: Opened) -> None:
    parts = urlsplit(desk.address)
    asked = f"GET /en/notes HTTP/1.1\r\nHost: {parts.netloc}\r\nHost: evil.example.org\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(asked.encode())
        answer = connection.makefile("rb").readline()
    assert re.match(rb"HTTP/1.1 4(00|21) ", answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_changed(desk: Opened, method: str) -> None:
    refused = desk.get("/en/notes/1", method)
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("mode", ["no-cors", "cors", "navigate"])
def test_what_the_page_of_another_site_asks_for_is_refused(desk: Opened, site: str, mode: str) -> None:
    asked = desk.get("/en/roster", Sec_Fetch_Site=site, Sec_Fetch_Mode=mode, Sec_Fetch_Dest="iframe")
    assert asked.status == 403


def test_a_link_from_another_site_may_be_followed(desk: Opened) -> None:
    asked = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert desk.get("/en/notes", **asked).status == 200


@pytest.mark.parametrize("path", [*PAGES, "/assets/desk.js", "/en/notes/1/paper"])
def test_every_answer_has_strict_headers(desk: Opened, path: str) -> None:
    headers = desk.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert (headers["cache-control"], headers["cross-origin-resource-policy"]) == ("no-store", "same-origin")
    assert "server" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_what_its_policy_forbids(desk: Opened, path: str) -> None:
    for tag, attributes in Markup(desk.get(path).text).elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "script" or attributes.get("src") == "/assets/desk.js"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_loads_anything_from_elsewhere(desk: Opened, path: str) -> None:
    elements = Markup(desk.get(path).text).elements
    loaded = [
        a.get("src") or a.get("href", "") for tag, a in elements if tag in {"link", "script", "img", "iframe"}
    ]
    assert [address for address in loaded if not re.match(r"/[a-z]", address)] == []


def test_a_mail_is_shown_in_a_frame_in_which_nothing_runs(desk: Opened) -> None:
    frames = [a for tag, a in Markup(desk.get("/en/mails/profile-created").text).elements if tag == "iframe"]
    assert len(frames) == 4
    for frame in frames:
        assert frame["sandbox"] == ""
        policy = desk.get(frame["src"]).headers["content-security-policy"]
        assert policy.startswith("sandbox;")
        assert "script-src" not in policy
        assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/notes/3/note.pdf",
            "/notes/1/pages/99.png",
            "/notes/0/note.pdf",
            "/assets/../app.py",
            "/assets/app.py",
        ),
        *(
            "/en/mails/lottery",
            "/en/mails/lottery/fr/frame",
            "/en/mails/profile-created/xx/frame",
            "/it/notes",
        ),
        *("/en/notes/9", "/it", "/assets/%2e%2e/app.py", "/en/notes/1/paper/../../../etc"),
    ],
)
def test_what_is_not_there_is_not_found(desk: Opened, path: str) -> None:
    assert desk.get(path).status == 404
