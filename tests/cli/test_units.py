"""The systemd units of the examples run commands that exist, and mean what they say."""

from __future__ import annotations

import shlex
import shutil
from configparser import ConfigParser
from pathlib import Path

import pytest
from senders import MAILS, ROSTER, settings
from terminal import Notegen

UNITS = Path(__file__).parents[2] / "examples" / "systemd"


def unit(name: str) -> ConfigParser:
    text = (UNITS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def run_unit(notegen: Notegen, folder: Path, name: str) -> int:
    """The unit's command for the roster `july`, with this folder in the place of the machine's."""
    command = unit(name)["Service"]["ExecStart"].replace("%i", "july")
    for place in ("/etc/notegen", "/var/lib/prometheus/node-exporter"):
        command = command.replace(place, str(folder))
    program, *arguments = shlex.split(command)
    assert program.endswith("/notegen")
    return notegen(*arguments).code


def test_the_unit_of_a_roster_sends_it_and_leaves_figures(notegen: Notegen, tmp_path: Path) -> None:
    settings(tmp_path, 25, delivery="folder", retention_days=0)
    (tmp_path / "rosters").mkdir()
    shutil.copy(ROSTER, tmp_path / "rosters" / "july.xlsx")
    assert run_unit(notegen, tmp_path, "notegen-dispatch@.service") == 1
    figures = (tmp_path / "notegen-july.prom").read_text()
    assert f'notegen_dispatch_mails{{dispatch="july",state="accepted"}} {MAILS}\n' in figures
    assert run_unit(notegen, tmp_path, "notegen-purge.service") == 0


@pytest.mark.parametrize("timer", sorted(path.name for path in UNITS.glob("*.timer")))
def test_every_timer_has_its_service(timer: str) -> None:
    assert (UNITS / timer).with_suffix(".service").is_file()
    assert unit(timer)["Timer"]["Persistent"] == "yes"


@pytest.mark.parametrize("service", sorted(path.name for path in UNITS.glob("*.service")))
def test_every_service_runs_as_its_own_user_with_the_same_settings_and_secrets(service: str) -> None:
    told = unit(service)["Service"]
    assert told["User"] == "notegen"
    assert told["EnvironmentFile"] == "-/etc/notegen/secrets"
    assert " --config /etc/notegen/notegen.toml" in told["ExecStart"]
