"""`notegen activation …`: the portal's question whether a link's token or a code is good."""

from __future__ import annotations

import sys

import typer

from notegen.cli.face import Face, answer, command, tell

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check activation links and codes.")


@app.callback()
def _start() -> None:
    """Check activation links and codes."""


@command(app)
def verify(face: Face) -> None:
    """Say whether a link and its code are valid, and whose.

    Reads a token or a whole link on standard input, and on the next line a code if there is one.

    Says which dispatch and which member (by digest) they belong to; nothing secret is printed.

    Example: notegen activation verify < token.txt
    """
    from notegen.errors import InputError
    from notegen.mailroom import activation_key_file, activation_of
    from notegen.settings import read_key

    lines = [line.strip() for line in sys.stdin.read(4096).splitlines() if line.strip()]
    if not lines:
        hint = "Give the token or link on the first line, the code on the second."
        raise InputError("nothing to verify", where="standard input", hint=hint)
    activation = activation_of(face.settings, read_key(activation_key_file(face.settings)), tell)
    identity = activation.verify_code(*lines[:2]) if len(lines) > 1 else activation.verify_token(lines[0])
    if identity is None:
        tell("not valid")
        raise typer.Exit(1)
    answer(f"valid: dispatch {identity.dispatch}, member {identity.member}")
