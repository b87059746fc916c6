"""Tags as FFmpeg reads them -> Metadata."""

from __future__ import annotations

import io

import pytest

from earmark.audio import open_audio
from earmark.audio.tags import LONGEST_NAME, LONGEST_VALUE, MOST_FIELDS, read_tags
from earmark.types import Metadata
from tests.media import FLAC, M4A, MP3, OPUS, RATE_HZ, Format, encode, tone

TAGS = {"title": "Ça ira ♫", "artist": "Élan", "album": "Été", "date": "1994-07-01"}


@pytest.mark.parametrize("how", [MP3, M4A, OPUS, FLAC], ids=lambda how: how.container)
def test_tags_of_a_file_are_read(how: Format) -> None:
    """Title, artist, album and year come from the file, wherever its format keeps them."""
    data = encode(tone(0.5, how.rate_hz), how, tags=TAGS)
    found = open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ).metadata
    assert (found.title, found.artist, found.album) == ("Ça ira ♫", "Élan", "Été")
    assert found.year == 1994


@pytest.mark.parametrize("how", [MP3, FLAC], ids=lambda how: how.container)
def test_isrc_is_read(how: Format) -> None:
    """The ISRC has its own field, whatever its tag is called."""
    name = "TSRC" if how is MP3 else "ISRC"
    data = encode(tone(0.5, how.rate_hz), how, tags={name: "DEA123456789"})
    assert open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ).metadata.isrc == "DEA123456789"


def test_other_tags_are_fields() -> None:
    """What has no place of its own is kept by its name in lower case."""
    assert read_tags({"Genre": "Polka", "ENCODER": "x"}).fields == {"genre": "Polka"}


def test_a_plain_m4a_has_no_fields() -> None:
    """What programs write about themselves is no knowledge about the recording."""
    data = encode(tone(0.5, 44_100), M4A, tags={"title": "x"})
    assert open_audio(io.BytesIO(data), sample_rate_hz=RATE_HZ).metadata == Metadata(title="x")


def test_the_first_source_counts() -> None:
    """A tag of the container wins over the same tag of the stream."""
    assert read_tags({"TITLE": "a"}, {"title": "b", "artist": "c"}).title == "a"


@pytest.mark.parametrize(
    ("date", "year"),
    [("1994", 1994), ("19940701", 1994), ("01.07.1994", 1994), ("soon", None), ("12", None)],
)
def test_the_year_is_found_in_a_date(date: str, year: int | None) -> None:
    """Any usual way to write a date has a year in it."""
    assert read_tags({"date": date}).year == year


def test_hostile_tags_are_bounded() -> None:
    """Neither many nor long tags make the metadata large."""
    fields = read_tags({f"{i:05}" * 100: "x" * 10**4 for i in range(1000)}).fields
    assert len(fields) <= MOST_FIELDS
    assert max(map(len, fields)) <= LONGEST_NAME
    assert max(map(len, fields.values())) <= LONGEST_VALUE


def test_control_characters_are_dropped() -> None:
    """A tag cannot move the cursor of a terminal or end a C string."""
    assert read_tags({"title": "\x1b[31mred\0\x07\udc80 "}).title == "[31mred"
