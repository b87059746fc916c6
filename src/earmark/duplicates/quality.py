"""Which of several copies of one recording is best, and why, in words.

Copies are compared step by step; the first step on which two differ decides. Nothing is decoded:
what is asked is what the library knows, and what the files' headers say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from earmark.audio import Header
    from earmark.types import Metadata, Track

WHOLE_SHARE, WHOLE_S = 0.98, 2.0
"""A copy counts as whole that is no shorter than this part of the longest, or than it by this."""

THRIFTY = dict.fromkeys(("aac", "opus", "vorbis"), 4 / 3)
"""What a bit of a newer coding is worth in bits of MP3: in the public listening test of 2014, at
96 kbit/s, they were heard as no worse than MP3 at 128."""

BIT_RATE_STEP = 16_000
"""Bit rates that differ by less are as good as equal: headers of variable rates are estimates."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A copy that may be kept."""

    track: Track
    header: Header | None
    sounding_s: float
    """From the first sound to the last."""
    longest_s: float
    """What the longest copy of the group lasts at the speed of this one."""


class Step(NamedTuple):
    """One thing that makes a copy better than another."""

    rank: Callable[[Candidate], float]
    """More is better."""
    word: Callable[[Candidate], str]
    """What to say of a copy: of the better one, or of the worse."""


def ranked(candidates: Sequence[Candidate]) -> list[int]:
    """Return the numbers of the copies, best first; of equal ones, the earlier first."""
    return sorted(
        range(len(candidates)), key=lambda i: [-step.rank(candidates[i]) for step in STEPS]
    )


def reasons(candidates: Sequence[Candidate]) -> list[str]:
    """Say of each copy, given best first, why it is the best, or what it lacks beside the best."""
    best = candidates[0]
    decisive = [_difference(best, other) for other in candidates[1:]]
    first = next((step for step in decisive if step), None)
    why = first.word(best) if first else "no better than the others, and the first of them"
    others = zip(decisive, candidates[1:], strict=True)
    return [why, *(step.word(other) if step else "no better" for step, other in others)]


def _difference(best: Candidate, other: Candidate) -> Step | None:
    return next((step for step in STEPS if step.rank(best) != step.rank(other)), None)


def _damage(one: Candidate) -> float:
    return -one.track.corrupt_packets


def _damage_in_words(one: Candidate) -> str:
    count = one.track.corrupt_packets
    return f"{count} damaged packets" if count else "undamaged"


def _is_whole(one: Candidate) -> float:
    return one.sounding_s >= min(WHOLE_SHARE * one.longest_s, one.longest_s - WHOLE_S)


def _wholeness_in_words(one: Candidate) -> str:
    missing_s = one.longest_s - one.sounding_s
    return "the whole recording" if _is_whole(one) else f"{missing_s:.0f} s shorter"


def _is_lossless(one: Candidate) -> float:
    return one.header is not None and one.header.is_lossless


def _coding_in_words(one: Candidate) -> str:
    if one.header is None:
        return "its file cannot be read"
    return f"{'lossless' if one.header.is_lossless else 'lossy'} ({one.header.codec})"


def _bit_rate(one: Candidate) -> float:
    header = one.header
    if header is None or header.is_lossless or header.bit_rate is None:
        return 0
    return header.bit_rate * THRIFTY.get(header.codec, 1.0) // BIT_RATE_STEP


def _bit_rate_in_words(one: Candidate) -> str:
    header = one.header
    if header is None or header.bit_rate is None:
        return "unknown bit rate"
    return f"{header.codec.removesuffix('float')} at {header.bit_rate / 1000:.0f} kbit/s"


def _sample_rate(one: Candidate) -> float:
    return one.header.sample_rate_hz if one.header else 0


def _sample_rate_in_words(one: Candidate) -> str:
    return f"{_sample_rate(one) / 1000:g} kHz"


def _channels(one: Candidate) -> float:
    return one.header.channels if one.header else 0


def _channels_in_words(one: Candidate) -> str:
    count = int(_channels(one))
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")


def _tags(one: Candidate) -> float:
    return _filled(one.track.metadata)


def _tags_in_words(one: Candidate) -> str:
    count = int(_tags(one))
    return f"{count} tag{'' if count == 1 else 's'}"


def _filled(metadata: Metadata) -> int:
    """Count what is known about a recording."""
    own = (metadata.title, metadata.artist, metadata.album, metadata.year, metadata.isrc)
    return sum(bool(value) for value in (*own, metadata.external_id)) + len(metadata.fields)


STEPS = (
    Step(_is_whole, _wholeness_in_words),
    Step(_damage, _damage_in_words),
    Step(_is_lossless, _coding_in_words),
    Step(_bit_rate, _bit_rate_in_words),
    Step(_sample_rate, _sample_rate_in_words),
    Step(_channels, _channels_in_words),
    Step(_tags, _tags_in_words),
)
"""What counts, most first."""
