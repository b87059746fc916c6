"""Every error that Earmark raises on purpose.

    EarmarkError
    ├── AudioError                    a recording cannot be used; carries its source and the cause
    │   ├── UnreadableFileError       missing, a directory, no permission, an I/O error
    │   ├── UnsupportedAudioError     not audio, or a container that is refused (playlists, scripts)
    │   ├── NoAudioStreamError        a container without sound in it
    │   ├── UndecodableAudioError     sound in it, but nothing that can be decoded
    │   ├── SilentAudioError          decoded, but there is nothing in it to recognise
    │   └── DecoderCrashError         the decoding process died
    ├── ClipPeaksError                peaks sent in place of a clip cannot be used
    │   └── ForeignPeaksError         found with another `peaks_id` than the library's
    ├── SourceError                   a live source cannot be used; carries its name and the cause
    │   ├── AddressRefusedError       it lies in a network that may not be asked
    │   ├── UnsupportedSourceError    nothing that Earmark can listen to; trying again is no use
    │   └── SourceUnavailableError    it does not answer, broke off or sends nothing, at the moment
    ├── OperationsError               a store of plays cannot do it; carries its location
    ├── RequestError                  the server refuses a request; carries when to try again
    │   ├── UnauthorizedError         no key, or one that is not known
    │   ├── ForbiddenError            a key that may not do this, or a page that may not ask for it
    │   ├── TaskNotFoundError         no task has this id, or it is forgotten by now
    │   ├── MonitorNotFoundError      no monitor has this id
    │   ├── NotDeletedError           no track with this id was deleted, or it is gone for good
    │   ├── SoundGoneError            nothing is kept of the sound that was asked for
    │   ├── TrackConflictError        the track cannot be put back beside those that are there
    │   ├── TaskConflictError         the task is not in a state in which this can be done
    │   ├── TooSlowError              the body did not come in time
    │   ├── TooLargeError             there is more of it than is allowed
    │   ├── UnsupportedBodyError      a body of a type that this address does not take
    │   ├── RateLimitedError          too many requests
    │   └── OverloadedError           too much is under way at the moment
    ├── ServerStateError              the server's own files cannot be used; carries their location
    ├── ArchiveError                  an archive cannot be used; carries its name and the cause
    │   ├── NotAnArchiveError         something else, or written by a newer Earmark
    │   └── DamagedArchiveError       not whole: nothing is replaced by it
    ├── UsageError                    an argument that makes no sense
    ├── MissingExtraError             an optional part of Earmark is not installed
    ├── TrackNotFoundError            no track has this id, path or title
    └── LibraryError                  the library cannot do it; carries its location
        ├── LibraryNotFoundError      nothing there
        ├── NotALibraryError          something else there, or written by a newer Earmark
        ├── IncompatiblePeaksError    made with another `peaks_id`
        ├── IncompatibleIndexError    made with another `index_id`; `earmark rebuild` mends it
        ├── LibraryBusyError          another process is writing
        ├── ReadOnlyLibraryError      no permission to write
        ├── LibraryUnavailableError   its server does not answer, or the connection broke off
        ├── StorageFullError          no space left
        └── CorruptionError           damaged data; `earmark repair` mends it
            ├── CorruptSegmentError
            │   └── SegmentFormatError    another version wrote it; `earmark rebuild` mends it
            ├── CorruptConstellationError
            └── CorruptCatalogueError

Each class knows the exit code of a command that ends with it and the HTTP status of a response.
"""

from __future__ import annotations

from typing import ClassVar


class EarmarkError(Exception):
    """The root: catch this to catch everything Earmark raises on purpose."""

    exit_code: ClassVar[int] = 2
    http_status: ClassVar[int] = 500


class AudioError(EarmarkError):
    """A recording that cannot be used: `source` names it, `cause` says why."""

    http_status = 422

    def __init__(self, source: str, cause: str) -> None:
        super().__init__(f"cannot use {source}: {cause}")
        self.source = source
        self.cause = cause

    def __reduce__(self) -> tuple[type[AudioError], tuple[str, str]]:
        """Survive the way back from a worker process."""
        return type(self), (self.source, self.cause)


class UnreadableFileError(AudioError):
    """The file is missing, is a directory, may not be read, or reading failed."""


class UnsupportedAudioError(AudioError):
    """The data is no audio format that Earmark opens."""


class NoAudioStreamError(AudioError):
    """The container was understood, but there is no sound in it."""


class UndecodableAudioError(AudioError):
    """There is an audio stream, but not one sample of it can be decoded."""


class SilentAudioError(AudioError):
    """The recording was decoded and has not one peak."""


class DecoderCrashError(AudioError):
    """The process that decoded the recording died."""


class ClipPeaksError(EarmarkError):
    """Peaks sent in place of a clip that cannot be used: `source` names it, `cause` says why."""

    http_status = 422

    def __init__(self, source: str, cause: str) -> None:
        super().__init__(f"cannot use the peaks of {source}: {cause}")
        self.source = source
        self.cause = cause


class ForeignPeaksError(ClipPeaksError):
    """The peaks were found with other parameters than those of the library."""

    http_status = 409

    def __init__(self, source: str, found: str, expected: str) -> None:
        super().__init__(source, f"they have peaks_id {found}, the library has {expected}")
        self.found = found
        self.expected = expected


class SourceError(EarmarkError):
    """A live source that cannot be used: `source` names it, without secrets; `cause` says why."""

    http_status = 502

    def __init__(self, source: str, cause: str) -> None:
        super().__init__(f"cannot listen to {source}: {cause}")
        self.source = source
        self.cause = cause


class AddressRefusedError(SourceError):
    """The source, or what it leads to, lies in a network that may not be asked."""

    http_status = 403


class UnsupportedSourceError(SourceError):
    """Nothing that Earmark can listen to."""

    http_status = 422


class SourceUnavailableError(SourceError):
    """The source does not answer, or has broken off; it may be there again later."""


class OperationsError(EarmarkError):
    """The operations store at `location` cannot do what was asked."""

    def __init__(self, location: str, cause: str) -> None:
        super().__init__(f"operations store {location}: {cause}")
        self.location = location
        self.cause = cause


class RequestError(EarmarkError):
    """A request that the server refuses; `retry_after_s` says when it may be tried again."""

    http_status = 400

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnauthorizedError(RequestError):
    """The request has no key, or one that the server does not know."""

    http_status = 401


class ForbiddenError(RequestError):
    """The key may not do this, or a page of another site sent the request."""

    http_status = 403


class TaskNotFoundError(RequestError):
    """No task has this id; results are kept for a while only."""

    http_status = 404

    def __init__(self, wanted: str) -> None:
        super().__init__(f"no task {wanted!r}; results are kept for a while only")


class MonitorNotFoundError(RequestError):
    """No monitor has this id; monitors end with the server."""

    http_status = 404

    def __init__(self, wanted: str) -> None:
        super().__init__(f"no monitor {wanted!r}; monitors end with the server")


class NotDeletedError(RequestError):
    """No track with this id was deleted here, or it is gone for good by now."""

    http_status = 404

    def __init__(self, wanted: str) -> None:
        super().__init__(f"no deleted track {wanted!r}; they are kept for a while only")


class SoundGoneError(RequestError):
    """Nothing is kept of the sound that was asked for, or it is not there any more."""

    http_status = 404

    def __init__(self, wanted: str, cause: str) -> None:
        super().__init__(f"the sound of {wanted} is not there: {cause}")
        self.cause = cause


class TrackConflictError(RequestError):
    """The track cannot be put back beside those that the library has."""

    http_status = 409


class TaskConflictError(RequestError):
    """The task is not in a state in which this can be done."""

    http_status = 409


class TooSlowError(RequestError):
    """The body of the request did not come in time."""

    http_status = 408


class TooLargeError(RequestError):
    """The body of the request, or the sound in it, is larger than is allowed."""

    http_status = 413


class UnsupportedBodyError(RequestError):
    """The body of the request has a type that is not taken there."""

    http_status = 415


class RateLimitedError(RequestError):
    """The client has sent too many requests."""

    http_status = 429


class OverloadedError(RequestError):
    """Too much is under way at the moment."""

    http_status = 503


class ServerStateError(EarmarkError):
    """The server's own files at `location` cannot be used."""

    def __init__(self, location: str, cause: str) -> None:
        super().__init__(f"server's state {location}: {cause}")
        self.location = location
        self.cause = cause


class ArchiveError(EarmarkError):
    """An archive that cannot be read or written: `name` is its file, `cause` says why."""

    http_status = 422

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"archive {name}: {cause}")
        self.name = name
        self.cause = cause


class NotAnArchiveError(ArchiveError):
    """The file is no archive, or one of a version that this Earmark does not know."""


class DamagedArchiveError(ArchiveError):
    """The archive is not whole."""


class UsageError(EarmarkError):
    """An argument that makes no sense, alone or together with another."""

    http_status = 400


class MissingExtraError(EarmarkError):
    """What was asked for belongs to an extra that is not installed; `extra` names it."""

    http_status = 501

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part; `pip install 'earmark[{extra}]'` adds it")
        self.extra = extra


class TrackNotFoundError(EarmarkError):
    """No track of the library answers to this id, path or title."""

    exit_code = 1
    http_status = 404

    def __init__(self, wanted: str) -> None:
        super().__init__(f"no track {wanted!r} in the library; `earmark list` shows what is there")
        self.wanted = wanted


class LibraryError(EarmarkError):
    """The library at `location` cannot do what was asked."""

    def __init__(self, location: str, cause: str) -> None:
        super().__init__(f"library {location}: {cause}")
        self.location = location
        self.cause = cause


class LibraryNotFoundError(LibraryError):
    """There is no library at this place."""

    http_status = 404

    def __init__(self, location: str) -> None:
        super().__init__(location, "there is none yet; `earmark add PATH...` makes one")


class NotALibraryError(LibraryError):
    """What lies there is no library, or one of a version that this Earmark does not know."""


class IncompatiblePeaksError(LibraryError):
    """The library's constellations were made with other parameters than these."""

    http_status = 409

    def __init__(self, location: str, found: str, expected: str) -> None:
        super().__init__(
            location,
            f"its constellations have peaks_id {found}, those asked for have {expected}; "
            "open it with its own parameters, or add the recordings to a new library",
        )
        self.found = found
        self.expected = expected


class IncompatibleIndexError(LibraryError):
    """The library's index was made with other parameters; its constellations are still good."""

    http_status = 409

    def __init__(self, location: str, found: str, expected: str) -> None:
        super().__init__(
            location,
            f"its index has index_id {found}, that asked for has {expected}; "
            "run `earmark rebuild` (no audio needed)",
        )
        self.found = found
        self.expected = expected


class LibraryBusyError(LibraryError):
    """Another process holds the library's writer lock."""

    http_status = 503


class ReadOnlyLibraryError(LibraryError):
    """The library may be read but not written."""

    http_status = 403


class LibraryUnavailableError(LibraryError):
    """The library's server does not answer, or the connection broke off; later it may be there."""

    http_status = 503


class StorageFullError(LibraryError):
    """The disk has no room for the change; nothing of it was applied."""

    http_status = 507


class CorruptionError(LibraryError):
    """Stored data does not have its checksum."""


class CorruptSegmentError(CorruptionError):
    """A segment of the index is damaged; `segment` names its file."""

    def __init__(self, location: str, segment: str, cause: str) -> None:
        super().__init__(location, f"segment {segment} is damaged ({cause}); run `earmark repair`")
        self.segment = segment


class SegmentFormatError(CorruptSegmentError):
    """A segment of the index has a format that this Earmark does not read."""

    def __init__(self, location: str, segment: str, found: int, expected: int) -> None:
        LibraryError.__init__(
            self,
            location,
            f"segment {segment} has format {found}, this Earmark reads {expected}; "
            "run `earmark rebuild` (no audio needed)",
        )
        self.segment = segment
        self.found = found
        self.expected = expected


class CorruptConstellationError(CorruptionError):
    """A stored constellation is damaged; `track_id` names its track."""

    def __init__(self, location: str, track_id: str) -> None:
        super().__init__(
            location, f"the constellation of track {track_id} is damaged; run `earmark repair`"
        )
        self.track_id = track_id


class CorruptCatalogueError(CorruptionError):
    """The catalogue's database is damaged."""
