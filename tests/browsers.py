"""Chromium, with a microphone that hears what it is told to."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import soundfile
from playwright.sync_api import Browser, Playwright

from tests.music import pieces

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
"""Of the page, in its own pixels."""


def chromium() -> str | None:
    """Where Chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def write_heard(path: Path, number: int) -> Path:
    """Write a piece as the fake microphone wants it, and return the path."""
    piece = pieces()[number]
    soundfile.write(path, piece.samples, piece.sample_rate_hz, subtype="PCM_16")
    return path


@contextlib.contextmanager
def launched(playwright: Playwright, program: str, microphone: Path) -> Iterator[Browser]:
    """Run a browser whose microphone plays a file, again and again."""
    arguments = [
        "--no-sandbox",  # as root in a container
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    browser = playwright.chromium.launch(executable_path=program, args=arguments)
    try:
        yield browser
    finally:
        browser.close()
