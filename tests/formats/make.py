"""Writes a library in two homes, its archives, clips and answers, for `test_formats.py` to keep.

    python -m tests.formats.make tests/formats/vN

Run once for every frozen version, and never over one that is there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from earmark import Library, copy_library, export_library
from earmark.evaluation.codecs import OPUS_12K
from tests import music

CLIPS = {0: 2.0, 1: 4.0, 2: 5.5}
"""Where the clip of each piece begins; seconds."""

REMOVED = 3
"""The piece that was added and removed again: the index knows it, as dead."""


def main(folder: Path) -> None:
    """Write everything below a folder that is not there yet."""
    folder.mkdir()
    with (
        tempfile.TemporaryDirectory() as songs,
        Library.open(folder / "music.earmark") as library,
        Library.open(f"sqlite:///{folder / 'music.db'}") as single_file,
    ):
        for number in (*CLIPS, REMOVED):
            # one block each, so that there are several segments
            path = Path(songs) / f"{number}.flac"
            path.write_bytes(music.song(number))
            library.add([path])
        copy_library(library, single_file)
        for home in (library, single_file):
            home.remove([music.title(REMOVED)])
        answers = []
        for number, start_s in (*CLIPS.items(), (REMOVED, 3.0)):
            clip = folder / f"{number}.opus"
            clip.write_bytes(music.clip(number, start_s, codec=OPUS_12K))
            title = None if number == REMOVED else music.title(number)
            answers.append({"clip": clip.name, "title": title, "start_s": start_s})
        for name in ("music.earmarks", "music.jsonl"):
            export_library(library, str(folder / name))
        ids = sorted(track.id for track in library.tracks())
        written = {
            "peaks_id": library.params.peaks_id,
            "index_id": library.params.index_id,
            "track_ids": ids,
            "answers": answers,
        }
    (folder / "expected.json").write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
