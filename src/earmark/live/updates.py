"""What a recogniser has to say, as it hears on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from earmark.types import Match


class UpdateKind(StrEnum):
    """What happened."""

    CANDIDATE = "candidate"
    """A track is likely, but the evidence does not suffice yet."""
    STARTED = "started"
    """A track plays: the decision."""
    ENDED = "ended"
    """It plays no more."""
    UNKNOWN = "unknown"
    """A stretch was looked at in every way, or waits for the ladder, and is no track of the library
    as far as can be told; said once of each stretch. A later decision is still possible."""
    SILENCE = "silence"
    """It has been silent for a while."""
    SOUND = "sound"
    """A silence is over."""


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that a recogniser says; times are seconds of the sound that it was fed.

    Sound that was lost (`Recognizer.skip`) counts as heard.
    """

    kind: UpdateKind
    at_s: float
    """How much had been heard when it was said."""
    start_s: float
    """When what is spoken of began."""
    end_s: float | None = None
    """When it ended, if it has."""
    match: Match | None = None
    """The track, for `candidate`, `started` and `ended`. The whole stream is the clip that it is
    a match of: so `clip_start_s` is `start_s`, and `offset_s` may be far below 0."""

    @property
    def latency_s(self) -> float:
        """How long after its beginning, or its end, it was said."""
        return self.at_s - (self.start_s if self.end_s is None else self.end_s)
