"""Verbal notes as archivable, accessible PDF in several languages, and e-mails that are never lost."""

__version__ = "0.1.0"
