"""The conditions under which recognition is measured: a table of data.

A condition has a name, a severity and a length, and says what happens to a clip, in this order:
tempo and pitch, clipping or radio compression, the room; another track and noise beside it; the
telephone's microphone; the codec. `clips.py` does it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from earmark.errors import UsageError
from earmark.evaluation.codecs import AAC_24K, AMR_12K, MP3_32K, OPUS_12K, Codec
from earmark.evaluation.noises import Noise
from earmark.units import semitones_to_pitch

NOISES = (Noise.PINK, Noise.BABBLE, Noise.STREET)
AROUND = (Noise.BABBLE, Noise.STREET)
"""What is heard where people carry telephones."""

ALONE = {"pink noise": Noise.PINK, "babble": Noise.BABBLE, "street": Noise.STREET}

STRANGERS = "strangers"
"""The name that stands for every kind of stranger."""

TIMED_CHANGE = 1e-9
"""A tempo or pitch that differs from 1 by less is no change."""


class Sound(StrEnum):
    """What a clip is cut from."""

    TRACK = "track"
    PAIR = "pair"
    """Two tracks at once, equally loud."""
    STRANGER = "stranger"
    """Music that is not in the catalogue."""
    NOTHING = "nothing"
    """No music at all."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What happens to a clip on its way."""

    name: str
    severity: str
    length_s: float
    sound: Sound = Sound.TRACK
    tempo: float = 1.0
    """Seconds of the track per second of the clip."""
    semitones: float = 0.0
    """By which the clip is higher than the track."""
    overdrive_db: float | None = None
    radio: bool = False
    room: bool = False
    noises: tuple[Noise, ...] = ()
    """Kinds of noise, taken in turn."""
    snr_db: float = 0.0
    """Music to noise, both as RMS over the clip; with no music, noise is all there is."""
    microphone: bool = False
    """Heard by a telephone's microphone."""
    telephone: bool = False
    """Cut to a telephone's band and quantised, as over a line."""
    codec: Codec | None = None

    @property
    def pitch(self) -> float:
        """Clip frequency to track frequency."""
        return semitones_to_pitch(self.semitones)

    @property
    def label(self) -> str:
        """Name, severity and length, as people read them; no two conditions have the same."""
        return " ".join(part for part in (self.name, self.severity, f"{self.length_s:g} s") if part)

    @property
    def is_known(self) -> bool:
        """Whether the right answer is a track."""
        return self.sound in {Sound.TRACK, Sound.PAIR}

    @property
    def is_as_fast(self) -> bool:
        """Whether tempo and pitch are those of the track."""
        return abs(self.tempo - 1) < TIMED_CHANGE and self.semitones == 0


def _plain() -> Iterator[Condition]:
    for length in (1, 2, 3, 5, 10):
        yield Condition("clean", "", length)
    for snr, length in product((10, 5, 0, -5, -10), (1, 2, 3, 5, 10)):
        yield Condition("noise", f"{snr:+} dB", length, noises=NOISES, snr_db=snr)
    for snr, length in product((10, 0), (1, 2, 3, 5, 10)):
        yield Condition(
            *("room", f"{snr:+} dB", length), room=True, noises=AROUND, snr_db=snr, microphone=True
        )
    for (name, kind), length in product(ALONE.items(), (5, 10)):
        yield Condition(name, "+0 dB", length, noises=(kind,))
    for codec, length in product((MP3_32K, AAC_24K, OPUS_12K), (5, 10)):
        yield Condition("codec", codec.name, length, codec=codec)
    for length in (5, 10):
        yield Condition("telephone", "line", length, telephone=True)
    for length in (5, 10):
        yield Condition("telephone", AMR_12K.name, length, codec=AMR_12K)
    yield Condition("telephone", "AMR, +5 dB", 10, noises=AROUND, snr_db=5, codec=AMR_12K)


def _stretched() -> Iterator[Condition]:
    for percent in (-25, -20, -12, -8, -4, -2, -1, 1, 2, 4, 8, 12, 20, 25, 30):
        yield at_speed(Condition("speed", f"{percent:+} %", 10), percent)
    for percent in (-12, -10, -5, -2, 2, 5, 10, 12):
        yield Condition("tempo", f"{percent:+} %", 10, tempo=1 + percent / 100)
    for semitones in (-4, -3, -2, -1, -0.5, 0.5, 1, 2, 3, 4):
        yield Condition("pitch", f"{semitones:+g} st", 10, semitones=semitones)
    for percent, semitones in ((8, -2), (-8, 2), (5, 1), (-5, -1)):
        yield Condition(
            *("tempo and pitch", f"{percent:+} %, {semitones:+} st", 10),
            tempo=1 + percent / 100,
            semitones=semitones,
        )


def _mixed() -> Iterator[Condition]:
    yield Condition("dynamics", "clipped 12 dB", 5, overdrive_db=12)
    yield Condition("dynamics", "radio", 5, radio=True)
    for louder in (0, 6):
        yield Condition(
            "voice-over", f"speech {louder:+} dB", 10, noises=(Noise.SPEECH,), snr_db=-louder
        )
    yield Condition("overlap", "+0 dB", 10, sound=Sound.PAIR)
    for percent in (-5, 4):
        heard = Condition(
            *("club", f"{percent:+} %, +5 dB", 10),
            room=True,
            noises=AROUND,
            snr_db=5,
            microphone=True,
        )
        yield at_speed(heard, percent)


def _strange() -> Iterator[Condition]:
    kinds: tuple[tuple[str, Sound, tuple[Noise, ...]], ...] = (
        ("music", Sound.STRANGER, ()),
        ("music, noise +0 dB", Sound.STRANGER, NOISES),
        ("noise", Sound.NOTHING, NOISES),
        ("speech", Sound.NOTHING, (Noise.SPEECH,)),
        ("silence", Sound.NOTHING, ()),
    )
    for (severity, sound, noises), length in product(kinds, (1, 2, 3, 5, 10)):
        yield Condition("stranger", severity, length, sound, noises=noises)


def at_speed(condition: Condition, percent: float) -> Condition:
    """Play a condition's clip faster by so many percent, tempo and pitch together."""
    speed = 1 + percent / 100
    return replace(condition, tempo=speed, semitones=12 * math.log2(speed))


CONDITIONS = (*_plain(), *_stretched(), *_mixed(), *_strange())
"""All of them, in the order in which they are shown."""

_USUAL_LABELS = """
    clean 1 s; clean 2 s; clean 5 s; clean 10 s;
    noise +10 dB 5 s; noise +5 dB 5 s; noise +0 dB 2 s; noise +0 dB 5 s; noise +0 dB 10 s;
    noise -5 dB 5 s; noise -5 dB 10 s; noise -10 dB 10 s;
    room +10 dB 3 s; room +10 dB 5 s; room +10 dB 10 s; room +0 dB 10 s;
    codec MP3 32 kbit/s 5 s; codec AAC 24 kbit/s 5 s; codec Opus 12 kbit/s 5 s;
    telephone AMR 12.2 kbit/s 5 s;
    speed -20 % 10 s; speed -4 % 10 s; speed +1 % 10 s; speed +8 % 10 s; speed +25 % 10 s;
    tempo -5 % 10 s; tempo +10 % 10 s; pitch -2 st 10 s; pitch +1 st 10 s;
    tempo and pitch +8 %, -2 st 10 s;
    dynamics clipped 12 dB 5 s; dynamics radio 5 s;
    voice-over speech +6 dB 10 s; overlap +0 dB 10 s; club +4 %, +5 dB 10 s;
    stranger music 2 s; stranger music 5 s; stranger music 10 s; stranger music, noise +0 dB 5 s;
    stranger noise 5 s; stranger speech 5 s; stranger silence 5 s
"""

USUAL = frozenset(" ".join(_USUAL_LABELS.split()).split("; "))
"""Labels of the conditions that are measured unless others are asked for."""


def chosen(
    names: Iterable[str] = (), lengths_s: Sequence[float] = (), *, everything: bool = False
) -> list[Condition]:
    """Choose conditions.

    Args:
        names: of conditions, in all their severities; unless given, the usual ones.
        lengths_s: of the clips, in place of the table's.
        everything: the whole table.

    Raises:
        UsageError: there is no such condition, or a length that no clip can have.
    """
    wanted = {"stranger" if name == STRANGERS else name for name in names}
    known = {condition.name: None for condition in CONDITIONS}
    if wanted - known.keys():
        unknown = ", ".join(sorted(wanted - known.keys()))
        message = f"there is no condition {unknown}; there are {', '.join(known)}"
        raise UsageError(message)
    if any(not 0 < length_s < math.inf for length_s in lengths_s):
        message = "a clip has a length of more than 0 seconds"
        raise UsageError(message)
    found = [
        condition
        for condition in CONDITIONS
        if condition.name in wanted or (not wanted and (everything or condition.label in USUAL))
    ]
    if not lengths_s:
        return found
    again = [replace(condition, length_s=length) for condition in found for length in lengths_s]
    return list({condition.label: condition for condition in again}.values())
