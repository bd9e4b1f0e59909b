"""notegen.toml and the environment, as typed settings."""

from __future__ import annotations
