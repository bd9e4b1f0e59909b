"""How a run ends: exit codes, one JSON document whatever happens, figures, log lines, nothing left behind."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dkim
import pytest
from certificates import authority
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from senders import MAILS, ROSTER, Gate, settings, started, until
from smtp_server import CLOSE, Script, serving_in_thread
from terminal import Notegen

from notegen.delivery.dkim import DkimSigner
from notegen.delivery.settings import DkimSettings
from notegen.mailroom import loop_options
from notegen.settings import DispatchSettings, Settings

KEYS = {"name", "planned", "accepted", "refused", "deferred", "in_doubt", "held"}


def in_hours(hours: float) -> str:
    return f"{datetime.now().astimezone() + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}"


class TestAtTheEnd:
    @pytest.mark.parametrize(
        ("script", "code"),
        [
            (Script(), 1),
            (Script(answers={"RCPT": "451 4.7.1 greylisted"}), 3),
            (Script(answers={"RCPT": "550 5.7.1 never"}), 1),
            (Script(answers={"DOT": [CLOSE]}), 3),
            (Script(answers={"GREETING": ("554 5.3.2 never", CLOSE)}), 2),
        ],
        ids=["accepted", "deferred", "refused", "in-doubt", "closed-for-good"],
    )
    def test_there_is_one_document_and_the_exit_code_that_it_names(
        self, notegen: Notegen, tmp_path: Path, script: Script, code: int
    ) -> None:
        with serving_in_thread(script) as server:
            settings(tmp_path, server.port, in_doubt="hold", wait_minutes=0)
            ended = notegen("dispatch", "run", ROSTER, "--json")
        document = json.loads(ended.out)
        assert ended.code == code == document["exit_code"]
        assert document.keys() >= KEYS
        assert document["rejected"] > 0
        assert (document["error"] is None) == (server.occasions["MAIL"] > 0)

    @pytest.mark.parametrize(
        ("arguments", "where"),
        [
            (["nowhere.xlsx"], "nowhere.xlsx"),
            ([ROSTER, "--only", "seven"], "--only"),
            ([ROSTER, "--redirect-to", "nobody"], "--redirect-to"),
            ([ROSTER, "--allow-list", "nobody.txt"], "nobody.txt"),
            ([ROSTER, "--expires", "2001-01-01"], "--expires"),
        ],
    )
    def test_wrong_input_is_a_document_too(
        self, notegen: Notegen, tmp_path: Path, arguments: list[object], where: str
    ) -> None:
        settings(tmp_path, 25)
        ended = notegen("dispatch", "run", *arguments, "--json")
        document = json.loads(ended.out)
        assert ended.code == document["exit_code"] == 2
        assert where in document["error"]["where"]
        assert document.keys() >= KEYS

    @pytest.mark.parametrize("option", ["--not-before", "--expires"])
    def test_a_time_that_is_none_is_told_with_one_that_is(self, notegen: Notegen, option: str) -> None:
        refused = notegen("dispatch", "run", ROSTER, option, "8:00", "--dry-run")
        assert (refused.code, "Write it as 2026-11-30T08:00." in refused.err) == (2, True)

    def test_the_second_sender_is_told_who_is_at_it(self, notegen: Notegen, tmp_path: Path) -> None:
        gate = Gate()
        with serving_in_thread(Script(answers={"DOT": gate})) as server:
            settings(tmp_path, server.port)
            first = started(tmp_path, ROSTER, "--json")
            assert gate.reached.wait(60)
            second = notegen("dispatch", "run", ROSTER, "--json")
            shown = json.loads(notegen("dispatch", "status", "--json").out)
            gate.open()
            first.communicate()
        assert second.code == 2
        assert f"process {first.pid} on" in json.loads(second.out)["error"]["what"]
        assert f"process {first.pid} on" in shown[0]["holder"]
        assert first.returncode == 1
        assert len(server.accepted) == MAILS


class TestTrust:
    """What only a person can mend ends with 2 at once, and leaves every mail planned."""

    def stays_planned(self, notegen: Notegen, *told: str) -> None:
        ended = notegen("dispatch", "run", ROSTER, "--json")
        document = json.loads(ended.out)
        assert (ended.code, document["planned"]) == (2, MAILS)
        assert all(words in ended.err for words in told)
        assert "swordfish" not in ended.err + ended.out

    def test_a_certificate_that_nobody_vouches_for(self, notegen: Notegen, tmp_path: Path) -> None:
        script = Script(("STARTTLS",), tls=authority(tmp_path).server_context())
        with serving_in_thread(script) as server:
            settings(tmp_path, server.port)
            file = tmp_path / "notegen.toml"
            file.write_text(file.read_text().replace('security = "none"', 'security = "starttls"'))
            self.stays_planned(notegen, "certificate", "ca_file")
        assert server.commands("MAIL") == []

    def test_a_login_that_is_refused(
        self, notegen: Notegen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NOTEGEN_SMTP__PASSWORD", "swordfish")
        script = Script(("AUTH PLAIN",), answers={"AUTH": "535 5.7.8 who are you?"})
        with serving_in_thread(script) as server:
            settings(tmp_path, server.port, smtp='username = "profiles"\n')
            self.stays_planned(notegen, "who are you?")
        assert server.commands("MAIL") == []


class TestWhatIsToldWithoutATerminal:
    def test_rows_are_named_by_place_and_code_and_it_is_said_who_puts_them_into_words(
        self, notegen: Notegen, tmp_path: Path
    ) -> None:
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            told = notegen("dispatch", "run", ROSTER).err.splitlines()
        assert f"`notegen roster check {ROSTER}` says what these findings mean." in told

    def test_refusals_are_not_passed_over_in_silence(self, notegen: Notegen, tmp_path: Path) -> None:
        with serving_in_thread(Script(answers={"RCPT": ["550 5.1.1 no such user"]})) as server:
            settings(tmp_path, server.port)
            ended = notegen("dispatch", "run", ROSTER, "--name", "June")
        assert ended.code == 1
        assert (
            "June: not everything was accepted. `notegen dispatch history --name June` says why." in ended.err
        )
        assert "no such user" in notegen("dispatch", "history", "--name", "June", "--json").out


class TestNotBefore:
    def test_a_moment_may_name_its_zone(self, notegen: Notegen, tmp_path: Path) -> None:
        settings(tmp_path, 25)
        early = notegen("dispatch", "run", ROSTER, "--not-before", "2100-01-01T08:00+05:30", "--json")
        moment = datetime.fromisoformat(json.loads(early.out)["not_before"])
        assert moment == datetime(2100, 1, 1, 2, 30, tzinfo=UTC)

    def test_a_run_that_comes_too_early_says_when_to_come_again(
        self, notegen: Notegen, tmp_path: Path
    ) -> None:
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            early = notegen("dispatch", "run", ROSTER, "--not-before", in_hours(30))
            again = notegen("dispatch", "run", ROSTER, "--json")
            assert server.connections == 0
            now = notegen("dispatch", "run", ROSTER, "--not-before", "2026-01-01T08:00", "--json")
        assert early.code == again.code == 3
        assert "nothing goes before" in early.err
        assert json.loads(again.out)["not_before"] > f"{datetime.now(UTC):%Y-%m-%d}"
        assert json.loads(now.out)["accepted"] == MAILS

    def test_a_run_that_comes_a_little_early_waits(self, notegen: Notegen, tmp_path: Path) -> None:
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            begins = in_hours(2 / 3600)
            sent = notegen("dispatch", "run", ROSTER, "--not-before", begins, "--json")
        assert json.loads(sent.out)["accepted"] == MAILS
        assert in_hours(0) >= begins

    def test_what_would_be_due_too_late_is_given_up(self, notegen: Notegen, tmp_path: Path) -> None:
        with serving_in_thread(Script(answers={"RCPT": "451 4.7.1 greylisted"})) as server:
            settings(tmp_path, server.port, first_pause_seconds=3600)
            ended = notegen("dispatch", "run", ROSTER, "--expires", in_hours(0.4), "--json")
        assert ended.code == 1
        assert json.loads(ended.out)["expired"] == MAILS


class TestStopping:
    def test_a_stopped_run_finishes_what_is_under_way(self, tmp_path: Path) -> None:
        gate = Gate()
        with serving_in_thread(Script(answers={"DOT": [None, None, None, gate, gate]})) as server:
            settings(tmp_path, server.port)
            run = started(tmp_path, ROSTER, "--json")
            assert gate.reached.wait(60)
            run.terminate()
            assert run.stderr is not None
            until(lambda: "Stopping" in run.stderr.readline())
            gate.open()
            out, _ = run.communicate()
            stopped = json.loads(out)
            assert run.returncode == 3
            assert stopped["accepted"] == len(server.accepted) < MAILS
            assert (stopped["in_doubt"], stopped["sending"]) == (0, 0)
            last = started(tmp_path, ROSTER, "--json")
            out, _ = last.communicate()
        assert json.loads(out)["accepted"] == MAILS == len(server.accepted)

    @pytest.mark.parametrize(("first", "second", "code"), [(2, 2, 130), (15, 15, -15), (2, 15, -15)])
    def test_a_second_signal_ends_it_at_once(
        self, tmp_path: Path, first: int, second: int, code: int
    ) -> None:
        gate = Gate()
        with serving_in_thread(Script(answers={"DOT": gate})) as server:
            settings(tmp_path, server.port, first_pause_seconds=0.05)
            run = started(tmp_path)
            assert gate.reached.wait(60)
            run.send_signal(first)
            assert run.stderr is not None
            until(lambda: "Stopping" in run.stderr.readline())
            run.send_signal(second)
            run.communicate(timeout=60)
            assert run.returncode == code
            gate.open()
            run = started(tmp_path, ROSTER, "--json")
            out, _ = run.communicate()
        assert json.loads(out)["accepted"] == MAILS
        assert len(server.accepted) <= MAILS + 2, "one repeat a connection at most"


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["run", ROSTER, "--dry-run"],
            ["preview", ROSTER, "--row", "2", "-o", "out"],
            ["preview", ROSTER, "--row", "2", "-o", "out", "--show-codes"],
            ["status"],
            ["status", "nobody"],
            ["history"],
            ["history", "--name", "nobody"],
            ["settle", "nobody", "--as", "resend"],
            ["restored", "nobody"],
            ["cancel", "nobody"],
            ["purge"],
        ],
    )
    def test_whoever_only_looks_makes_no_file(
        self, notegen: Notegen, tmp_path: Path, arguments: list[object]
    ) -> None:
        settings(tmp_path, 25)
        ended = notegen("dispatch", *arguments)
        assert {path.name for path in tmp_path.iterdir()} <= {"notegen.toml", "out"}
        assert ("nobody" in arguments) == (ended.code == 2)
        assert "nobody" not in arguments or "there is no dispatch of that name" in ended.err

    def test_a_dry_run_leaves_what_is_there_as_it_is(self, notegen: Notegen, tmp_path: Path) -> None:
        settings(tmp_path, 25, delivery="folder")
        notegen("dispatch", "run", ROSTER, "--only", "2")
        before = json.loads(notegen("dispatch", "status", "--json").out)
        counted = json.loads(notegen("dispatch", "run", ROSTER, "--dry-run", "--json").out)
        assert counted["planned"] == MAILS - 3
        assert json.loads(notegen("dispatch", "status", "--json").out) == before


class TestFigures:
    LINE = re.compile(r'(# (HELP|TYPE) \w+ .+|notegen_dispatch_\w+\{\w+="[^"]*"(,\w+="[^"]*")*\} [-+.e\d]+)')

    def test_a_run_leaves_figures_that_name_nobody(self, notegen: Notegen, tmp_path: Path) -> None:
        with serving_in_thread() as server:
            settings(tmp_path, server.port)
            notegen("dispatch", "run", ROSTER, "--name", "ma\\y", "--metrics", "notegen.prom")
        written = (tmp_path / "notegen.prom").read_text()
        assert [line for line in written.splitlines() if not self.LINE.fullmatch(line)] == []
        assert f'notegen_dispatch_mails{{dispatch="ma\\\\y",state="accepted"}} {MAILS}\n' in written
        assert 'notegen_dispatch_run_exit_code{dispatch="ma\\\\y"} 1\n' in written
        assert "@" not in written
        assert stat.S_IMODE((tmp_path / "notegen.prom").stat().st_mode) == 0o644
        assert [path for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []

    def test_a_run_that_fails_leaves_figures_too(self, notegen: Notegen, tmp_path: Path) -> None:
        settings(tmp_path, 25)
        notegen("dispatch", "run", "nowhere.xlsx", "--metrics", "notegen.prom")
        assert 'run_exit_code{dispatch=""} 2\n' in (tmp_path / "notegen.prom").read_text()

    def test_every_dispatch_has_its_figures(self, notegen: Notegen, tmp_path: Path) -> None:
        settings(tmp_path, 25, delivery="folder")
        for name in ("one", "two"):
            notegen("dispatch", "run", ROSTER, "--name", name, "--again")
        notegen("dispatch", "status", "--metrics", "all.prom")
        written = (tmp_path / "all.prom").read_text()
        assert written.count(f'state="accepted"}} {MAILS}\n') == 2
        assert written.count("# TYPE") == 1

    def test_figures_that_cannot_be_written_are_told(self, notegen: Notegen, tmp_path: Path) -> None:
        settings(tmp_path, 25)
        told = notegen("dispatch", "status", "--metrics", "nowhere/all.prom")
        assert told.code == 2
        assert "nowhere/all.prom" in told.err


class TestLog:
    @pytest.mark.parametrize(
        "script",
        [
            Script(),
            Script(answers={"RCPT": [None, None, "550 5.1.1 <who@where.example.net>: no such mailbox"]}),
            Script(answers={"GREETING": ("554 5.3.2 ask who@where.example.net", CLOSE)}),
        ],
    )
    def test_every_line_is_json_and_names_nobody(
        self, notegen: Notegen, tmp_path: Path, script: Script
    ) -> None:
        with serving_in_thread(script) as server:
            settings(tmp_path, server.port)
            ended = notegen("dispatch", "run", ROSTER, "--log-format", "json")
        lines = [json.loads(line) for line in ended.err.splitlines()]
        events = [line["event"] for line in lines]
        assert events[-1] == "ended"
        assert "finding" in events
        assert ("error" in events) == (not server.accepted)
        assert {line["level"] for line in lines} - {"info"} == ({"error"} if "error" in events else set())
        assert lines[-1]["exit_code"] == ended.code
        shown = ended.err.replace("@profiles.example.org", "")
        for secret in ("who@", "@missie", "@where", "example.org", "token=", "Lindqvist", "91.09.05"):
            assert secret not in shown.replace("…@where.example.net", "")

    def test_a_server_that_repeats_addresses_is_not_quoted_with_them(
        self, notegen: Notegen, tmp_path: Path
    ) -> None:
        script = Script(answers={"GREETING": ("554 5.3.2 ask who@where.example.net", CLOSE)})
        with serving_in_thread(script) as server:
            settings(tmp_path, server.port)
            for options in ((), ("--json",)):
                ended = notegen("dispatch", "run", ROSTER, *options)
                assert "…@where.example.net" in ended.err
                assert "who@" not in ended.out + ended.err

    def test_a_terminal_shows_how_far_it_is(self, tmp_path: Path) -> None:
        with serving_in_thread() as server:
            settings(tmp_path, server.port, per_second=40)
            ours, theirs = pty.openpty()
            run = subprocess.Popen(
                [sys.executable, "-m", "notegen", "dispatch", "run", str(ROSTER)],
                cwd=tmp_path,
                stdout=subprocess.DEVNULL,
                stderr=theirs,
                env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
            )
            os.close(theirs)
            shown = b""
            while piece := _read(ours):
                shown += piece
            os.close(ours)
            run.wait()
        bar = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode()
        assert re.search(rf"\d+/{MAILS} +\d+/s +0:00:\d\d", bar)
        assert "Traceback" not in bar


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""  # the other side has closed its end


def test_limits_and_patience_are_those_of_the_settings() -> None:
    own = DispatchSettings(
        per_second=9, per_domain_second=2, per_connection_second=3, open_intents=1, retries=4
    )
    options = loop_options(Settings(dispatch=own))
    assert (options.rate, options.domain_rate, options.connection_rate) == (9, 2, 3)
    assert (options.connections, options.window, options.attempts) == (1, 1, 4)


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_a_signature_verifies_on_what_the_server_received(
    notegen: Notegen, tmp_path: Path, kind: str
) -> None:
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    with serving_in_thread() as server:
        signing = '[smtp.dkim]\ndomain = "profiles.example.org"\nselector = "s1"\nkey_file = "key.pem"\n'
        settings(tmp_path, server.port, smtp=signing)
        notegen("dispatch", "run", ROSTER)
        examined = notegen("doctor", "--json")
    found = next(one for one in json.loads(examined.out) if one["subject"] == "DKIM")
    name, value = DkimSigner(
        DkimSettings(domain="profiles.example.org", selector="s1", key_file=tmp_path / "key.pem")
    ).record
    assert found["found"] == f'{name}. TXT "{value}"'

    def look_up(asked: bytes, timeout: int = 5) -> bytes | None:
        return value.encode() if asked.decode().rstrip(".") == name else None

    assert len(server.accepted) == MAILS
    assert all(dkim.verify(mail.content, dnsfunc=look_up) for mail in server.accepted)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('[smtp]\npassword = "swordfish"\n', "[smtp.password]"),
        ('[records]\nurl = "postgresql://who:swordfish@db.example.org/notegen"\n', "[records.url]"),
    ],
)
def test_a_password_in_the_settings_file_is_refused_and_not_repeated(
    notegen: Notegen, tmp_path: Path, lines: str, key: str
) -> None:
    (tmp_path / "notegen.toml").write_text(lines)
    refused = notegen("dispatch", "status")
    assert refused.code == 2
    assert f"notegen.toml:2: {key}" in refused.err
    assert "NOTEGEN_" in refused.err
    assert "swordfish" not in refused.err
    assert '"password":' not in notegen("schema", "settings").out.replace('"password": ""', "")
