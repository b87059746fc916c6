"""A library with a SQLite catalogue: in a folder, or all of it in one file."""
