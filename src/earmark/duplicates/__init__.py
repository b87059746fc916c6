"""Duplicates: the same recording under several encodings, cuts and speeds, and what to keep."""
