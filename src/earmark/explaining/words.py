"""An explanation in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from earmark.types import BestPlace, Reason, Relation, Status
from earmark.units import change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from earmark.types import Match, Track

QUIET_DB = -50.0
"""A quieter clip is said to be quiet. Of 274 passages of ten seconds of real music, the quietest
had -41 dB, one in a hundred less than -31 dB."""

FEW_PEAKS_HZ = 45.0
"""Fewer peaks a second are said to be few: all of these passages had more, 99 in 100 over 88."""

AGREES = 2.0
"""A place agrees when it has this many times the peaks that chance gives it, at least."""

LEAST_FOUND = 5
"""And not fewer than this."""

BESIDE = {
    Relation.BEST: "fits as well",
    Relation.VERSION: "is another version",
    Relation.SIMULTANEOUS: "also plays",
}


def reasons_of(
    status: Status, level_db: float | None, peaks_hz: float, best: BestPlace | None
) -> tuple[Reason, ...]:
    """Return why a clip was named, or all that may have kept it from being named."""
    if status in {Status.IDENTIFIED, Status.AMBIGUOUS}:
        return (Reason.NAMED,)
    if status is Status.TOO_SHORT:
        return (Reason.TOO_SHORT,)
    if status is Status.SILENT or level_db is None:
        return (Reason.SILENT,)
    found = []
    if level_db < QUIET_DB:
        found.append(Reason.TOO_QUIET)
    if peaks_hz < FEW_PEAKS_HZ:
        found.append(Reason.FEW_PEAKS)
    found.append(Reason.BELOW_THRESHOLD if best and _agrees(best) else Reason.NO_ALIGNMENT)
    return tuple(found)


def _agrees(best: BestPlace) -> bool:
    least = max(LEAST_FOUND, AGREES * best.chance * best.expected)
    return best.match.score > 0 and best.found >= least


def sound_words(
    duration_s: float, level_db: float | None, peaks: int, reasons: tuple[Reason, ...]
) -> Iterator[str]:
    """Say what the clip is like."""
    level = "digital silence" if level_db is None else f"{level_db:.0f} dB below full scale"
    level = level.replace("-", "")
    yield (
        f"The clip lasts {duration_s:.1f} s, at {level}, and has {peaks:,} peaks "
        f"({peaks / max(duration_s, 0.1):.0f} a second)."
    )
    if Reason.TOO_SHORT in reasons:
        yield "It is too short to be looked up."
    if Reason.SILENT in reasons:
        yield "It is silent: there is nothing in it to recognise."
    if Reason.TOO_QUIET in reasons:
        yield "It is very quiet: what it was recorded with may drown the music."
    if Reason.FEW_PEAKS in reasons:
        yield "It has few peaks: it may be no music, or hardly any."


def place_words(
    best: BestPlace | None, reasons: tuple[Reason, ...], *, alone: bool = False
) -> Iterator[str]:
    """Say where it fits best, and what that is worth; `alone` if one track only was asked for."""
    if best is None:
        if not {Reason.TOO_SHORT, Reason.SILENT} & set(reasons):
            yield "No place agrees with it at all."
        return
    share = best.found / max(1, best.expected)
    match = best.match
    yield (
        f"It fits best at {place_s(match.offset_s)} of {_named(match.track)}{_changed(match)}: "
        f"of the {best.expected:,} peaks that the track has there, {best.found:,} are heard "
        f"({share:.0%}); on this music, chance would give {best.chance:.0%}."
    )
    yield _worth(best, reasons, alone=alone)


def _worth(best: BestPlace, reasons: tuple[Reason, ...], *, alone: bool) -> str:
    score, needed = best.match.score, best.threshold
    if Reason.NAMED in reasons:
        return (
            f"That is believed: its score is {score:.1f} nats, "
            f"{score - needed:.1f} more than the {needed:.1f} that it takes."
        )
    if Reason.BELOW_THRESHOLD in reasons:
        return (
            f"That is not enough: its score is {score:.1f} nats, "
            f"{needed - score:.1f} less than the {needed:.1f} that it takes."
        )
    so = "The clip is not of this track" if alone else "The music is not in the library"
    return (
        f"That is no alignment: so much is found by chance (score {score:.1f} nats, "
        f"{needed:.1f} are needed). "
        f"{so}, or too little of it is heard."
    )


def other_words(matches: Iterable[Match]) -> Iterator[str]:
    """Say what was named beside the best match."""
    for match in matches:
        where = f"at {place_s(match.offset_s)}{_changed(match)}"
        said = f"{_named(match.track)} {BESIDE[match.relation]}, {where}"
        yield f"{said}; its score is {match.score:.1f} nats."


def place_s(seconds: float) -> str:
    """Write a place in a track, in tenths of seconds; 0 has no sign."""
    return f"{round(seconds, 1) + 0.0:.1f} s"


def _named(track: Track) -> str:
    known = track.metadata
    return f"“{known.title}” by {known.artist}" if known.artist else f"“{known.title}”"


def _changed(match: Match) -> str:
    """Say under which change of speed, or of tempo and pitch, if there is one."""
    said = change(match.speed, match.tempo, match.pitch_semitones)
    return f", with {said.replace('  ', ' and ')}" if said else ""
