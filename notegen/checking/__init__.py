"""Compares texts and outlines, and says what would be wrong on paper before it is printed."""
