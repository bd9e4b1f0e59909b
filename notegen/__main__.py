"""`notegen` and `python -m notegen`: the faces together; an error is printed as where: what. What to do."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

from notegen.errors import DeliveryError, NotegenError

if TYPE_CHECKING:
    import typer


@functools.cache
def commands() -> typer.Typer:
    """Every command: those of the terminal, the one that opens the browser, the one that works for others."""
    from notegen.cli.app import app
    from notegen.preview import command as preview
    from notegen.worker import command as worker

    preview.add_to(app)
    worker.add_to(app)
    return app


def main() -> None:
    """Run one command and end the process with its exit code."""
    try:
        commands()()
    except NotegenError as error:
        print(error, file=sys.stderr)
        sys.exit(3 if isinstance(error, DeliveryError) and error.temporary else 2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
