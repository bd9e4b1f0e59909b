"""The browser: the translation desk, where all languages of notes and mails lie side by side."""
