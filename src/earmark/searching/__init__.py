"""Tracks by what they are called, typing errors and all."""
