"""Mails, handed over to whoever carries them on. One backend a file; each answers with Receipts."""
