from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest

from earmark.evaluation.codecs import FLAC, decode, encode
from earmark.evaluation.synthesis import catalogue
from earmark.library import Library
from earmark.pictures.spectrum import GREYS
from earmark.server.schemas import ConstellationShape, SpectrogramShape
from earmark.server.tasks.adding import add_sent
from earmark.types import Metadata, Track
from tests.music import song
from tests.serving import Running


@pytest.fixture
def track(server: Running) -> Track:
    """A track whose file is there."""
    return next(track for track in server.context.library.page() if track.source.file)


@pytest.fixture
def sent(server: Running) -> Iterator[str]:
    """The id of a track that was sent, of which nothing else was kept."""
    piece = next(iter(catalogue(1, seed=41, duration_s=8.0)))
    data = encode(piece.samples, piece.sample_rate_hz, FLAC)
    library: Library = server.context.library
    sound = io.BytesIO(data)
    track_id = add_sent(library, sound, "sent", metadata=Metadata(), longest_s=60.0).track.id
    yield track_id
    server.ask("DELETE", f"/tracks/{track_id}")


def test_a_track_is_played_as_it_is_stored(server: Running, track: Track) -> None:
    """All of it, or the bytes that a player asks for."""
    number = int(track.source.file.decode()[-len("0.flac")])
    whole = server.ask("GET", f"/tracks/{track.id}/audio")
    assert (whole.content, whole.headers["content-type"]) == (song(number), "audio/flac")
    part = server.ask("GET", f"/tracks/{track.id}/audio", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, song(number)[100:200])


def test_part_of_a_track_is_a_wave(server: Running, track: Track) -> None:
    """With just the sound of that part."""
    number = int(track.source.file.decode()[-len("0.flac")])
    answer = server.ask("GET", f"/tracks/{track.id}/audio?start_s=2.5&duration_s=3")
    assert answer.headers["content-type"] == "audio/wav"
    found, there = decode(answer.content, 8000), decode(song(number), 8000)[20_000:44_000]
    assert len(found) == len(there)
    assert np.corrcoef(found, there)[0, 1] > 0.99


def test_a_part_that_is_not_there_is_refused(server: Running, track: Track) -> None:
    """With where it would be; and one without a length or before the start does not fit."""
    behind = server.ask("GET", f"/tracks/{track.id}/audio?start_s=1000")
    assert (behind.status_code, "1000 s" in behind.json()["detail"]) == (400, True)
    for query in ("duration_s=0", "start_s=-1", "duration_s=1e9", "start_s=nan"):
        assert server.ask("GET", f"/tracks/{track.id}/audio?{query}").status_code == 422


def test_sound_that_is_not_kept_is_a_problem(server: Running, sent: str) -> None:
    """It says why, for the sound and for its picture; the constellation is there all the same."""
    for what in ("audio", "audio?start_s=1", "spectrogram"):
        problem = server.ask("GET", f"/tracks/{sent}/{what}").json()
        assert problem["type"] == "urn:earmark:problem:sound-gone"
        assert "nothing of it was kept" in problem["detail"]
    assert server.ask("GET", f"/tracks/{sent}/constellation").json()["time_s"]


def test_of_what_is_sent_a_preview_is_kept(server: Running) -> None:
    """Unless the server was told otherwise; it can be listened to."""
    (piece,) = catalogue(1, seed=42, duration_s=8.0)
    data = encode(piece.samples, piece.sample_rate_hz, FLAC)
    task = server.ended(server.ask("POST", "/tracks", content=data))
    track = task["result"]["tracks"][0]["track"]
    assert track["media"] == "preview"
    kept = server.ask("GET", f"/tracks/{track['id']}/audio")
    assert kept.headers["content-type"] == "audio/ogg"
    assert len(kept.content) < len(data) / 2
    found, there = decode(kept.content, 8000), decode(data, 8000)
    assert len(found) == pytest.approx(len(there), abs=800)
    server.ask("DELETE", f"/tracks/{track['id']}?for_good=true")


def test_a_constellation_is_told_in_parts(server: Running, track: Track) -> None:
    """All of them together are the peaks of the track."""
    library: Library = server.context.library
    whole = server.ask("GET", f"/tracks/{track.id}/constellation").json()
    assert ConstellationShape.model_validate(whole).end_s == pytest.approx(
        track.duration_s, abs=0.01
    )
    assert len(whole["time_s"]) == len(whole["frequency_hz"]) == track.peaks
    parts = [
        server.ask("GET", f"/tracks/{track.id}/constellation?start_s={at}&duration_s=4").json()
        for at in range(0, round(track.duration_s) + 4, 4)
    ]
    assert [at for part in parts for at in part["time_s"]] == whole["time_s"]
    assert all(part["start_s"] <= at < part["end_s"] for part in parts for at in part["time_s"])
    nyquist_hz = library.params.peaks.sample_rate_hz / 2
    assert 0 < min(whole["frequency_hz"]) <= max(whole["frequency_hz"]) < nyquist_hz
    behind = server.ask("GET", f"/tracks/{track.id}/constellation?start_s=500").json()
    assert (behind["time_s"], behind["end_s"]) == ([], 500)


def test_a_spectrogram_shows_the_peaks(server: Running, track: Track) -> None:
    """Where the constellation has a peak, it is loud: both are told on the same axes."""
    address = f"/tracks/{track.id}/spectrogram?start_s=2&duration_s=4&format=json"
    picture = server.ask("GET", address + "&height=1024&width=2000").json()
    SpectrogramShape.model_validate(picture)
    levels, row_hz = np.asarray(picture["level_db"]), np.asarray(picture["row_hz"])
    assert len(levels) * picture["column_s"] == pytest.approx(4, abs=0.05)
    part = server.ask("GET", f"/tracks/{track.id}/constellation?start_s=3&duration_s=2").json()
    columns = ((np.asarray(part["time_s"]) - 2) / picture["column_s"]).round().astype(int)
    rows = np.abs(row_hz - np.asarray(part["frequency_hz"])[:, None]).argmin(axis=1)
    at_peaks = np.median(levels[columns, rows])
    assert at_peaks > np.median(levels) + 15


def test_a_spectrogram_is_a_picture_of_the_size_asked_for(server: Running, track: Track) -> None:
    """At most; small ones are quickly sent."""
    answer = server.ask("GET", f"/tracks/{track.id}/spectrogram?width=100&height=50")
    assert answer.headers["content-type"] == "image/png"
    columns, rows = (int.from_bytes(answer.content[at : at + 4]) for at in (16, 20))
    assert 50 < columns <= 100
    assert 25 < rows <= 50


def test_a_grey_picture_tells_the_levels_themselves(server: Running, track: Track) -> None:
    """For whoever has colours of his own; any other colours are refused."""
    address = f"/tracks/{track.id}/spectrogram?width=100&height=50"
    assert GREYS.tobytes() in server.ask("GET", f"{address}&colours=grey").content
    assert GREYS.tobytes() not in server.ask("GET", address).content
    assert server.ask("GET", f"{address}&colours=plaid").status_code == 422


@pytest.mark.parametrize("what", ["audio", "constellation", "spectrogram"])
def test_a_track_that_is_not_there_has_none(server: Running, what: str) -> None:
    """Whatever the id looks like."""
    for wanted in ("none", "..%2F0.flac"):
        assert server.ask("GET", f"/tracks/{wanted}/{what}").status_code == 404
