"""The face that takes jobs from a shared database."""
