"""The stable JSON shapes of everything Earmark answers: one home for command line and server.

Keys are never renamed or dropped; new ones may be added. Seconds have three decimals. Paths are
decoded as Python does it, so bytes that are not UTF-8 become lone surrogates, which `dumps`
escapes: `os.fsencode` gives the very bytes back.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeAlias

from earmark.units import iso_utc, iso_written

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from earmark.archives.report import ExportReport, ImportReport
    from earmark.duplicates.records import Copy, DuplicateGroup, DuplicatePair
    from earmark.duplicates.versions import Version
    from earmark.evaluation.summary import Report, Row, Share
    from earmark.evaluation.trials import Trial
    from earmark.ingest import AddReport
    from earmark.live.events import Event
    from earmark.live.updates import Update
    from earmark.operations.base import Play, Total
    from earmark.params import Axis
    from earmark.searching.search import Hit
    from earmark.stores.base import Problem, Repair, StoreStats
    from earmark.types import (
        BestPlace,
        Exhibit,
        Explanation,
        Failure,
        Identification,
        Match,
        Timeline,
        TimelineSpan,
        Track,
    )

Object: TypeAlias = dict[str, Any]
"""What `json.dumps` makes a JSON object of."""

MOST_COLUMNS, MOST_ROWS = 1500, 520
"""Of the picture of a clip: 24 seconds of it are told in full."""


def dumps(value: Object) -> str:
    """Write one object on one line, in ASCII."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def identification(answer: Identification) -> Object:
    """The answer to one clip; `docs/identify.schema.json` describes it."""
    return {
        "clip": answer.clip,
        "status": answer.status.value,
        "duration_s": _seconds(answer.duration_s),
        "elapsed_ms": _rounded(answer.elapsed_ms, 1),
        "matches": [match(found) for found in answer.matches],
        "candidates": [match(found) for found in answer.candidates],
        "error": _failure(answer.error),
    }


def match(found: Match) -> Object:
    """One track found in a clip."""
    return {
        "relation": found.relation.value,
        "track": track_summary(found.track),
        "confidence": round(found.confidence, 4),
        "score": round(found.score, 1),
        "offset_s": _seconds(found.offset_s),
        "other_offsets_s": [_seconds(offset_s) for offset_s in found.other_offsets_s],
        "clip_start_s": _seconds(found.clip_start_s),
        "clip_end_s": _seconds(found.clip_end_s),
        "track_start_s": _seconds(found.track_start_s),
        "track_end_s": _seconds(found.track_end_s),
        "coverage": round(found.coverage, 3),
        **_manner(found),
    }


def timeline_span(file: str, span: TimelineSpan) -> Object:
    """One span of a recording's timeline; `docs/scan.schema.json` describes it."""
    return {
        "file": file,
        "start_s": _seconds(span.start_s),
        "end_s": _seconds(span.end_s),
        "track": None if span.track is None else track_summary(span.track),
        "track_start_s": _seconds(span.track_start_s),
        "track_end_s": _seconds(span.track_end_s),
        "coverage": round(span.coverage, 3),
        **_manner(span),
        "confidence": round(span.confidence, 4),
    }


def timeline(found: Timeline) -> Object:
    """All that was found in one long recording."""
    return {
        "file": found.file,
        "duration_s": _seconds(found.duration_s),
        "elapsed_s": _seconds(found.elapsed_s),
        "spans": [timeline_span(found.file, span) for span in found.spans],
        "error": _failure(found.error),
    }


def explanation(found: Explanation) -> Object:
    """Why a clip was named, or not; `docs/explain.schema.json` describes it."""
    return {
        "clip": found.clip,
        "status": found.status.value,
        "reasons": [reason.value for reason in found.reasons],
        "words": list(found.words),
        "duration_s": _seconds(found.duration_s),
        "level_db": _rounded(found.level_db, 1),
        "peaks": found.peaks,
        "best": None if found.best is None else _best_place(found.best),
        "others": [match(one) for one in found.others],
        "candidates": [match(one) for one in found.candidates],
        "error": _failure(found.error),
    }


def exhibit(shown: Exhibit) -> Object:
    """What an explanation can be drawn from; of long clips, cells of the spectrogram together."""
    apart_s = float(shown.place_s[1] - shown.place_s[0]) if len(shown.place_s) > 1 else 0.0
    return {
        "spectrogram": _clip_picture(shown) if len(shown.level_db) else None,
        "clip_peaks": _peaks(shown.clip_s, shown.clip_hz),
        "track_peaks": {**_peaks(shown.track_s, shown.track_hz), "heard": shown.heard.tolist()},
        "places": {
            "start_s": round(float(shown.place_s[0]), 6) if len(shown.place_s) else 0.0,
            "apart_s": round(apart_s, 6),
            "agreeing": shown.agreeing.tolist(),
        },
    }


def _clip_picture(shown: Exhibit) -> Object:
    from earmark.pictures import spectrum  # noqa: PLC0415 - NumPy: only who needs it pays

    size = MOST_COLUMNS, MOST_ROWS
    picture = spectrum.gathered(shown.level_db, shown.frame_s, shown.band_hz, *size)
    return {
        "png": base64.b64encode(picture.png(spectrum.GREYS)).decode(),
        "column_s": round(picture.column_s, 6),
        "row_hz": picture.row_hz.round(1).tolist(),
        "lowest_db": spectrum.LOWEST_DB,
        "highest_db": spectrum.HIGHEST_DB,
    }


def _peaks(time_s: NDArray[np.float64], frequency_hz: NDArray[np.float64]) -> Object:
    return {"time_s": time_s.round(3).tolist(), "frequency_hz": frequency_hz.round(1).tolist()}


def _best_place(best: BestPlace) -> Object:
    return {
        "match": match(best.match),
        "threshold": round(best.threshold, 1),
        "expected": best.expected,
        "found": best.found,
        "chance": round(best.chance, 4),
    }


def update(said: Update) -> Object:
    """One thing that a recogniser says; `docs/listen.schema.json` describes it."""
    return {
        "kind": said.kind.value,
        "at_s": _seconds(said.at_s),
        "start_s": _seconds(said.start_s),
        "end_s": _seconds(said.end_s),
        "match": None if said.match is None else match(said.match),
    }


def event(told: Event) -> Object:
    """One thing that happened at a station; `docs/monitor.schema.json` describes it."""
    return {
        "id": told.id,
        "kind": told.kind.value,
        "station": told.station,
        "at": iso_utc(told.at),
        "told_at": iso_utc(told.told_at),
        "position_s": _seconds(told.position_s),
        "play_id": told.play_id,
        "started_at": _moment(told.started_at),
        "match": None if told.match is None else match(told.match),
        "isrc": None if told.match is None else told.match.track.metadata.isrc,
        "external_id": None if told.match is None else told.match.track.metadata.external_id,
        "text": told.text,
    }


def play(one: Play) -> Object:
    """One play of a track at a station; `docs/airplay.schema.json` describes it."""
    return {
        "id": one.id,
        "station": one.station,
        "started_at": iso_utc(one.started_at),
        "ended_at": _moment(one.ended_at),
        "duration_s": _seconds(one.duration_s),
        "track": {
            "id": one.track_id,
            "title": one.title,
            "artist": one.artist,
            "album": one.album,
            "isrc": one.isrc,
            "external_id": one.external_id,
        },
        "track_start_s": _seconds(one.track_start_s),
        "track_end_s": _seconds(one.track_end_s),
        "confidence": round(one.confidence, 4),
        "speed": _rounded(one.speed, 4),
    }


def total(count: Total) -> Object:
    """How often something was played; `docs/airplay.schema.json` describes it."""
    return {
        "key": count.key,
        "name": count.name,
        "plays": count.plays,
        "duration_s": _seconds(count.duration_s),
        "first_at": iso_utc(count.first_at),
        "last_at": iso_utc(count.last_at),
    }


def track_summary(track: Track) -> Object:
    """As much of a track as an answer needs."""
    return {
        "id": track.id,
        "title": track.metadata.title,
        "artist": track.metadata.artist,
        "album": track.metadata.album,
        "path": _path(track.source.path),
        "duration_s": _seconds(track.duration_s),
    }


def track(one: Track) -> Object:
    """Everything that is known about a track."""
    return {
        **track_summary(one),
        "year": one.metadata.year,
        "isrc": one.metadata.isrc,
        "external_id": one.metadata.external_id,
        "fields": dict(one.metadata.fields),
        "file": _path(one.source.file),
        "sha256": one.source.sha256.hex(),
        "size_bytes": one.source.size_bytes,
        "modified_ns": one.source.modified_ns,
        "added_at": iso_written(one.added_at),
        "peaks": one.peaks,
        "constellation_hash": one.constellation_hash.hex(),
        "media": one.media.value,
        "media_file": one.media_file,
        "corrupt_packets": one.corrupt_packets,
    }


def add_report(report: AddReport) -> Object:
    """What became of the files that were given to `add`."""
    return {
        "added": [track_summary(one) for one in report.added],
        "updated": [track_summary(one) for one in report.updated],
        "moved": [track_summary(one) for one in report.moved],
        "unchanged": report.unchanged,
        "duplicates": [
            {"path": twin.path, "track": track_summary(twin.track)} for twin in report.duplicates
        ],
        "pruned": [track_summary(one) for one in report.pruned],
        "ignored": report.ignored,
        "skipped": [asdict(skipped) for skipped in report.skipped],
        "audio_s": _seconds(report.audio_s),
        "elapsed_s": _seconds(report.elapsed_s),
    }


def duplicate_group(group: DuplicateGroup) -> Object:
    """Recordings that belong together; `docs/duplicates.schema.json` describes it."""
    return {
        "likeness": group.likeness.value,
        "copies": [_copy(copy) for copy in group.copies],
        "pairs": [_duplicate_pair(pair) for pair in group.pairs],
    }


def version(found: Version) -> Object:
    """Another recording that shares something with a track."""
    return {
        "track": track_summary(found.track),
        "likeness": found.likeness.value,
        **_shared(found),
    }


def transfer(report: ExportReport | ImportReport) -> Object:
    """What became of an export, an import, a copy, a backup or a restored one."""
    values = asdict(report)
    failures = values.pop("failures")
    elapsed_s = _seconds(values.pop("elapsed_s"))
    if "duration_s" in values:
        values["duration_s"] = _seconds(values["duration_s"])
    return {
        **values,
        "failed": failures["count"],
        "failures": failures["told"],
        "elapsed_s": elapsed_s,
    }


def hit(found: Hit) -> Object:
    """A track that a search found."""
    return {"score": round(found.score, 4), **track_summary(found.track)}


def stats(counts: StoreStats, location: str, axis: Axis) -> Object:
    """Counts and sizes of a library, and its frequency axis."""
    duration_s = _seconds(counts.duration_s)
    return {"library": location, "axis": axis, **asdict(counts), "duration_s": duration_s}


def problem(found: Problem) -> Object:
    """Something wrong with a library."""
    return asdict(found)


def repair(done: Repair) -> Object:
    """What was done about something wrong with a library."""
    return {**problem(done.problem), "mended": done.mended}


def bench_report(report: Report) -> Object:
    """A measurement; `docs/bench.schema.json` describes it."""
    setup = asdict(report.setup)
    return {
        "setup": {**setup, "duration_s": _seconds(report.setup.duration_s)},
        "complete": report.is_complete,
        "rows": [bench_row(one) for one in report.rows],
        "known": bench_row(report.known),
        "strangers": bench_row(report.strangers),
        "calibration": {
            "error": round(report.calibration_error, 4),
            "bins": [asdict(one) for one in report.bins],
        },
        "scores": {
            "known": [round(score, 1) for score in report.known_scores],
            "strangers": [round(score, 1) for score in report.stranger_scores],
        },
        "mistakes": [_mistake(trial) for trial in report.mistakes],
        "skipped": [asdict(skipped) for skipped in report.skipped],
        "encoders": dict(report.encoders),
    }


def bench_row(row: Row) -> Object:
    """The clips of one condition; of a total, its name, severity and length are null."""
    condition = row.condition
    return {
        "condition": condition and condition.name,
        "severity": condition and condition.severity,
        "length_s": condition and condition.length_s,
        "found": _share(row.found),
        "wrong": row.wrong,
        "related": row.related,
        "median_ms": _rounded(row.median_ms, 1),
        "places": asdict(row.places),
        "both": None if row.both is None else _share(row.both),
        "tempo_error": _rounded(row.tempo_error, 5),
        "pitch_error_semitones": _rounded(row.pitch_error_st, 3),
    }


def _copy(copy: Copy) -> Object:
    header = copy.header
    return {
        "keep": copy.keep,
        "reason": copy.reason,
        "path": _path(copy.path),
        "in_library": copy.in_library,
        "track": track_summary(copy.track),
        "header": None if header is None else asdict(header),
    }


def _duplicate_pair(pair: DuplicatePair) -> Object:
    return {
        "first": pair.first,
        "second": pair.second,
        "likeness": pair.likeness.value,
        **_shared(pair),
    }


def _shared(found: DuplicatePair | Version) -> Object:
    """What two recordings share."""
    return {
        "coverage": round(found.coverage, 3),
        "other_coverage": round(found.other_coverage, 3),
        "spans": [
            {
                "start_s": _seconds(span.start_s),
                "end_s": _seconds(span.end_s),
                "other_start_s": _seconds(span.other_start_s),
                "other_end_s": _seconds(span.other_end_s),
                "speed": round(span.speed, 4),
                "agreement": round(span.agreement, 3),
            }
            for span in found.spans
        ],
    }


def _share(share: Share) -> Object:
    rate = _rounded(share.rate, 4)
    low, high = round(share.low, 4), round(share.high, 4)
    return {"count": share.count, "n": share.n, "rate": rate, "low": low, "high": high}


def _mistake(trial: Trial) -> Object:
    return {
        "condition": trial.condition.label,
        "number": trial.number,
        "places": [
            {"name": place.name, "start_s": _seconds(place.start_s)} for place in trial.places
        ],
        "outcome": trial.outcome.value,
        "same_sound": trial.is_same_sound,
        "said": trial.said,
        "said_at_s": _seconds(trial.said_at_s),
        "confidence": round(trial.confidence, 4),
        "score": _rounded(trial.score, 1),
    }


def _path(path: bytes) -> str | None:
    return os.fsdecode(path) if path else None


def _failure(error: Failure | None) -> Object | None:
    return None if error is None else {"type": error.type, "message": error.message}


def _manner(found: Match | TimelineSpan) -> Object:
    """How a sound differs from the recording."""
    return {
        "speed": _rounded(found.speed, 4),
        "tempo": _rounded(found.tempo, 4),
        "pitch_semitones": _rounded(found.pitch_semitones, 2),
    }


def _moment(when: datetime | None) -> str | None:
    return None if when is None else iso_utc(when)


def _seconds(value: float | None) -> float | None:
    return _rounded(value, 3)


def _rounded(value: float | None, decimals: int) -> float | None:
    # adding 0.0 keeps a tiny negative number from being written as -0.0
    return None if value is None else round(value, decimals) + 0.0
