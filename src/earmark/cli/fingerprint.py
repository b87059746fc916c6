"""`earmark fingerprint`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.edge import in_words
from earmark.cli.first_use import announce_compiling
from earmark.cli.identify import STANDARD_INPUT
from earmark.cli.options import DebugOption, LibraryOption
from earmark.errors import LibraryNotFoundError
from earmark.params import Params
from earmark.settings import library_location

if TYPE_CHECKING:
    from earmark.audio import AudioSource


def fingerprint(
    clip: Annotated[
        str, typer.Argument(metavar="CLIP", help="A recording; - reads standard input.")
    ],
    library: LibraryOption = None,
    *,
    debug: DebugOption = False,
) -> None:
    """Print the peaks of a clip as JSON, to be identified elsewhere without its sound.

    Of a clip longer than two minutes only the beginning is listened to. Peaks are found as the
    library has them; where there is none, as a new one would. Ten seconds have some 18 kB of peaks.
    They are no sound, but tell what was played: that is their use.

    For example:

        earmark fingerprint clip.m4a > peaks.json
        earmark identify peaks.json
        earmark fingerprint clip.m4a | ssh music.example.org earmark identify -
    """
    with in_words(debug=debug, library=library):
        from earmark.clip_peaks import take_peaks

        params = _params(library)
        announce_compiling()
        source: AudioSource = sys.stdin.buffer if clip == STANDARD_INPUT else clip
        print(take_peaks(source, name=clip, params=params).to_json())


def _params(chosen: str | None) -> Params:
    """Return the parameters of the library; the usual ones if none was named, and none is there."""
    from earmark.library import Library

    try:
        with Library.open(library_location(chosen), create=False) as library:
            return library.params
    except LibraryNotFoundError:
        if chosen is not None:
            raise
        return Params()
