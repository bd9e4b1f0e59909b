"""The reference of a mail's states and of exit codes, made from the values of the program."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap

from notegen.cli.ending import EXIT_CODES
from notegen.domain import planned_mail
from notegen.domain.planned_mail import MailState


def states() -> dict[MailState, str]:
    """What the program says about each state: the text below its name."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(planned_mail.MailState)))
    body = [node for each in tree.body if isinstance(each, ast.ClassDef) for node in each.body]
    said: dict[MailState, str] = {}
    for name, text in itertools.pairwise(body):
        if (
            isinstance(name, ast.Assign)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            target = name.targets[0]
            assert isinstance(target, ast.Name)  # noqa: S101  # an enumeration assigns plain names
            said[MailState[target.id]] = " ".join(str(ast.literal_eval(text.value)).split())
    return said


def states_page() -> str:
    """The page: a row a state."""
    rows = [f"| {state.value.replace('_', ' ')} | {text} |" for state, text in states().items()]
    table = "\n".join(["| state | means |", "|---|---|", *rows])
    return f"""# States of a mail

Made from the program itself. `notegen dispatch status` counts the mails in each state, `notegen dispatch
history` shows each mail with its state, and `--json` writes the words below with an underscore.

{table}

A person's next mail goes only after the one before was accepted. [Operations](../operations.md) says what
to do about each; [the promise](../promise.md) says why there are so many.
"""


def exit_codes_page() -> str:
    """The page: a row a code."""
    table = "\n".join(
        ["| code | means |", "|---|---|", *(f"| {code} | {text} |" for code, text in EXIT_CODES.items())]
    )
    return f"""# Exit codes

Made from the program itself. They are for scripts and timers; a person reads the sentences.

{table}

A command that only checks ends with 1 when it found something: `notegen note check` an error, `notegen
roster check` a rejected row, `notegen templates check` anything to be done, `notegen register verify` a
broken chain, `notegen note rebuild` other bytes.
"""
