"""What a station does at the moment, as far as its events tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from earmark.live.events import Event, EventKind


class StationState(StrEnum):
    """How it stands with a station."""

    CONNECTING = "connecting"
    LISTENING = "listening"
    """It is heard; nothing is decided yet."""
    PLAYING = "playing"
    UNKNOWN = "unknown"
    """Something plays that is no track of the library, as far as can be told."""
    SILENT = "silent"
    DISCONNECTED = "disconnected"
    """It broke off, and is tried again."""
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Now:
    """A station at one moment."""

    state: StationState = StationState.CONNECTING
    since: datetime | None = None
    """When it came into this state; None before anything happened."""
    playing: tuple[Event, ...] = ()
    """The beginnings of the tracks that play, earliest first."""
    title: str | None = None
    """What the station itself says it plays."""
    why: str | None = None
    """Why it broke off, or what is wrong."""

    def after(self, event: Event) -> Now:
        """Return how it stands after an event."""
        match event.kind:
            case EventKind.TITLE:
                return replace(self, title=event.text)
            case EventKind.TROUBLE:
                return replace(self, why=event.text)
            case EventKind.TRACK_STARTED:
                return self._heard((*self.playing, event), event.at)
            case EventKind.TRACK_ENDED:
                return self._without(event)
            case EventKind.CONNECTED | EventKind.SILENCE_ENDED:
                return self._heard(self.playing, event.at)
        return replace(self, state=OTHERS[event.kind], since=event.at, why=event.text)

    def _without(self, ended: Event) -> Now:
        """Return how it stands when a track has ended; one that is cut off ends later."""
        left = tuple(one for one in self.playing if one.play_id != ended.play_id)
        if self.state is StationState.DISCONNECTED:
            return replace(self, playing=left)
        return self._heard(left, ended.at)

    def _heard(self, playing: tuple[Event, ...], at: datetime) -> Now:
        """Return how it stands while it is heard, with these tracks."""
        state = StationState.PLAYING if playing else StationState.LISTENING
        return Now(state, playing[-1].at if playing else at, playing, self.title)


OTHERS = {
    EventKind.UNKNOWN: StationState.UNKNOWN,
    EventKind.SILENCE_STARTED: StationState.SILENT,
    EventKind.DISCONNECTED: StationState.DISCONNECTED,
    EventKind.FINISHED: StationState.FINISHED,
    EventKind.FAILED: StationState.FAILED,
}
