"""The browser face: the translation desk."""
