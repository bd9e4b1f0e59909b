"""`notegen` and `python -m notegen`: the terminal face; every error is printed as where: what. What to do."""

from __future__ import annotations

import sys

from notegen.errors import DeliveryError, NotegenError


def main() -> None:
    """Run one command and end the process with its exit code."""
    from notegen.cli.app import app

    try:
        app()
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
