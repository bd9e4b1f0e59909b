"""Files that people write, turned into domain values. One door a reader; every problem has a place."""
