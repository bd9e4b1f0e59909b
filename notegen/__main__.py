"""`notegen` and `python -m notegen`."""

from __future__ import annotations


def main() -> None:
    """Run the terminal face."""


if __name__ == "__main__":
    main()
