"""The straight lines: how one note becomes a PDF, how one roster becomes e-mails. Read this file first."""

from __future__ import annotations
