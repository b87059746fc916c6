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

LENGTH_STEP_S = 1.0
"""Copies of one quality are as long as each other that differ by less: codings add silence, and the
first and the last sound are not heard to the same moment in all of them."""

THRIFTY = dict.fromkeys(("aac", "opus", "vorbis"), 4 / 3)
"""What a bit of a newer coding is worth in bits of MP3: in the public listening test of 2014, at
96 kbit/s, they were heard as no worse than MP3 at 128."""

EQUAL = "no better than the others, and the first of them"

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
    in_library: bool = False

    @property
    def missing_s(self) -> float:
        """How much shorter than the longest copy it is."""
        return self.longest_s - self.sounding_s


class Step(NamedTuple):
    """One thing that makes a copy better than another."""

    rank: Callable[[Candidate], float]
    """More is better."""
    word: Callable[[Candidate, Candidate], str]
    """What to say of a copy beside another: of the better one, or of the worse."""


def ranked(candidates: Sequence[Candidate]) -> list[int]:
    """Return the numbers of the copies, best first; of equal ones, the earlier first."""
    return sorted(
        range(len(candidates)), key=lambda i: [-step.rank(candidates[i]) for step in STEPS]
    )


def reasons(candidates: Sequence[Candidate]) -> list[str]:
    """Say of each copy, given best first, why it is the best, or what it lacks beside the best."""
    best = candidates[0]
    decisive = [(_difference(best, other), other) for other in candidates[1:]]
    why = next((step.word(best, other) for step, other in decisive if step), EQUAL)
    return [why, *(step.word(other, best) if step else "no better" for step, other in decisive)]


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
    return "the whole recording" if _is_whole(one) else f"{one.missing_s:.0f} s shorter"


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


def _length(one: Candidate) -> float:
    return -(one.missing_s // LENGTH_STEP_S)


def _length_in_words(one: Candidate, other: Candidate) -> str:
    more_s = other.missing_s - one.missing_s
    return f"{abs(more_s):.0f} s {'longer' if more_s > 0 else 'shorter'}"


def _library_in_words(one: Candidate) -> str:
    return "in the library" if one.in_library else "not in the library"


def _tags(one: Candidate) -> float:
    return _filled(one.track.metadata)


def _tags_in_words(one: Candidate) -> str:
    count = int(_tags(one))
    return f"{count} tag{'' if count == 1 else 's'}"


def _filled(metadata: Metadata) -> int:
    """Count what is known about a recording."""
    own = (metadata.title, metadata.artist, metadata.album, metadata.year, metadata.isrc)
    return sum(bool(value) for value in (*own, metadata.external_id)) + len(metadata.fields)


def _alone(word: Callable[[Candidate], str]) -> Callable[[Candidate, Candidate], str]:
    """Make a word for a copy of one that needs no other beside it."""
    return lambda one, _: word(one)


STEPS = (
    Step(_is_whole, _alone(_wholeness_in_words)),
    Step(_damage, _alone(_damage_in_words)),
    Step(_is_lossless, _alone(_coding_in_words)),
    Step(_bit_rate, _alone(_bit_rate_in_words)),
    Step(_sample_rate, _alone(_sample_rate_in_words)),
    Step(_channels, _alone(_channels_in_words)),
    Step(_length, _length_in_words),
    Step(lambda one: one.in_library, _alone(_library_in_words)),
    Step(_tags, _alone(_tags_in_words)),
)
"""What counts, most first."""
