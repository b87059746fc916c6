"""Which of several copies of one recording is best, and why, in words.

Copies are compared step by step; the first step on which two differ decides. Nothing is decoded:
what is asked is what the library knows, and what the files' headers say. None of that tells at
which speed a recording was made: of copies that differ in it, the best at each speed is kept.
"""

from __future__ import annotations

import math
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

SAME_SPEED = 0.001
"""Copies are at one speed that differ by less than this part of it. Of 492 spans whose speed was
known none was measured worse than 0.008 % (docs/duplicates.md)."""

UNDECIDED = "which speed is right cannot be told"

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
    speed: float = 1.0
    """How fast it plays beside the others: 1.02 is 2 % faster than 1."""

    @property
    def missing_s(self) -> float:
        """How much shorter than the longest copy it is."""
        return self.longest_s - self.sounding_s


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said of one copy."""

    number: int
    """Of the copy, as it was given."""
    keep: bool
    reason: str


class Step(NamedTuple):
    """One thing that makes a copy better than another."""

    rank: Callable[[Candidate], float]
    """More is better."""
    word: Callable[[Candidate, Candidate], str]
    """What to say of a copy beside another: of the better one, or of the worse."""


def advised(candidates: Sequence[Candidate]) -> list[Advice]:
    """Say which copies of one recording to keep, and why.

    The speed that most of them have comes first; of copies at one speed, the best. Of every speed
    the best copy is kept.
    """
    versions = _versions(candidates)
    first = candidates[versions[0][0]]
    advice = []
    for version in versions:
        why = reasons([candidates[number] for number in version])
        if len(versions) > 1 and (len(version) == 1 or version is not versions[0]):
            why[0] = _speed_in_words(candidates[version[0]], first)
        advice += [
            Advice(number, number == version[0], reason)
            for number, reason in zip(version, why, strict=True)
        ]
    return advice


def _versions(candidates: Sequence[Candidate]) -> list[list[int]]:
    """Return the numbers of the copies at each speed, best first; the commonest speed first."""
    order = ranked(candidates)
    versions: list[list[int]] = []
    before = -math.inf
    for number in sorted(order, key=lambda i: candidates[i].speed):
        speed = candidates[number].speed
        if speed > before * (1 + SAME_SPEED):
            versions.append([])
        versions[-1].append(number)
        before = speed
    for version in versions:
        version.sort(key=order.index)
    return sorted(versions, key=lambda version: (-len(version), order.index(version[0])))


def _speed_in_words(one: Candidate, first: Candidate) -> str:
    percent = 100 * (one.speed / first.speed - 1)
    if not percent:
        return UNDECIDED
    return f"{abs(percent):.1f} % {'faster' if percent > 0 else 'slower'}; {UNDECIDED}"


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
