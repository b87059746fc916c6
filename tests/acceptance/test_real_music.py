"""Real music, where Debian's packages of it are installed: added, spoiled and named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from earmark import Library, Status
from earmark.audio import open_audio
from earmark.evaluation.codecs import MP3_32K, transcoded
from earmark.evaluation.degradations import add_noise, excerpt
from earmark.evaluation.noises import Noise
from earmark.evaluation.signals import Signal

VORBIS = Path("/usr/share/hyperrogue/music")
MP3 = Path("/usr/share/games/asc/music")
ODD = ("hr-savino-caribbean.ogg", "hr-savino-ivory.ogg", "hr-savino-ocean.ogg")
"""Files that repeat the Vorbis headers: FFmpeg refuses them, libsndfile plays them."""

KNOWN = (
    *(VORBIS / name for name in ("hr3-caves.ogg", "hr3-desert.ogg", "hr-domina-hunting.ogg", *ODD)),
    *(MP3 / name for name in ("frontiers.mp3", "machine_wars.mp3")),
)
STRANGERS = (VORBIS / "hr3-graveyard.ogg", VORBIS / "hr3-motion.ogg", MP3 / "time_to_strike.mp3")

RATE_HZ = 16000
START_S = 31.7

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in (*KNOWN, *STRANGERS)),
    reason="the Debian packages hyperrogue-music and asc-music are not installed",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library with the known tracks."""
    with Library.open(tmp_path_factory.mktemp("real") / "music.earmark") as library:
        report = library.add(KNOWN)
        assert report.skipped == []
        yield library


def clip_of(path: Path, duration_s: float = 8.0) -> Signal:
    """A clip of a recording from START_S on."""
    with open_audio(path, sample_rate_hz=RATE_HZ) as recording:
        return excerpt(np.concatenate(list(recording)), RATE_HZ, START_S, duration_s)


def named(library: Library, clip: Signal) -> tuple[str, float]:
    """The file that a clip was taken for, and where in it."""
    best = library.identify(clip, sample_rate=RATE_HZ).best
    assert best is not None
    return Path(best.track.source.file.decode()).name, best.offset_s


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: path.name)
def test_a_clip_in_a_crowd_is_named_with_its_position(library: Library, path: Path) -> None:
    """Eight seconds under talk at +5 dB are enough to find the track and the place."""
    rng = np.random.default_rng(1)
    clip = add_noise(clip_of(path), RATE_HZ, rng, snr_db=5.0, kind=Noise.BABBLE)
    name, offset_s = named(library, clip)
    assert name == path.name
    assert offset_s == pytest.approx(START_S, abs=0.1)


@pytest.mark.parametrize("path", KNOWN, ids=lambda path: path.name)
def test_a_clip_at_a_low_bit_rate_is_named(library: Library, path: Path) -> None:
    """Five seconds of MP3 at 32 kbit/s are enough."""
    clip = transcoded(clip_of(path, 5.0), RATE_HZ, MP3_32K)
    name, offset_s = named(library, clip)
    assert name == path.name
    assert offset_s == pytest.approx(START_S, abs=0.1)


@pytest.mark.parametrize("path", STRANGERS, ids=lambda path: path.name)
def test_a_stranger_is_rejected(library: Library, path: Path) -> None:
    """A track of the same composers that was not added is nobody."""
    answer = library.identify(clip_of(path, 10.0), sample_rate=RATE_HZ)
    assert answer.status is Status.NO_MATCH


@pytest.mark.parametrize("name", ODD)
def test_what_ffmpeg_refuses_is_played_to_its_end(library: Library, name: str) -> None:
    """The three odd files are in the library, with their full minute."""
    track = library.track(str(VORBIS / name))
    assert 60.0 < track.duration_s < 65.0
