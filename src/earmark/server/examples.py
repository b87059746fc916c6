"""Examples of what the server answers, by the shapes of `earmark.server.schemas`."""

from __future__ import annotations

from typing import Any

TRACK_ID, OTHER_ID, TASK_ID = (
    "01980c1e-5a70-7c1a-9f4e-3b8d2a6c7e10",
    "01980c1e-5a70-7d22-8b1c-90ab12cd34ef",
    "01980c2f-1b00-7e33-a5d4-0011223344ff",
)

SUMMARY: dict[str, Any] = {
    "id": TRACK_ID,
    "title": "Blue Kite",
    "artist": "Somebody",
    "album": "Weather",
    "path": "songs/blue-kite.flac",
    "duration_s": 214.533,
}
OTHER: dict[str, Any] = {
    **SUMMARY,
    "id": OTHER_ID,
    "title": "Blue Kite (Radio Edit)",
    "path": "songs/blue-kite-edit.mp3",
    "duration_s": 181.2,
}
TRACK: dict[str, Any] = {
    **SUMMARY,
    "year": 1999,
    "isrc": "QZABC9900001",
    "external_id": None,
    "fields": {"mood": "calm"},
    "file": "/music/songs/blue-kite.flac",
    "sha256": "5f2b" * 16,
    "size_bytes": 23_417_881,
    "modified_ns": 1_767_225_600_000_000_000,
    "added_at": "2026-01-31T12:00:00.123Z",
    "peaks": 7_080,
    "constellation_hash": "9c0d" * 16,
    "media": "reference",
    "media_file": None,
    "corrupt_packets": 0,
}
DELETED: dict[str, Any] = {
    **TRACK,
    "deleted_at": "2026-02-01T09:30:00.000Z",
    "expires_at": "2026-02-02T09:30:00.000Z",
}
MATCH: dict[str, Any] = {
    "relation": "best",
    "track": SUMMARY,
    "confidence": 0.9999,
    "score": 148.2,
    "offset_s": 61.25,
    "other_offsets_s": [],
    "clip_start_s": 0.0,
    "clip_end_s": 10.0,
    "track_start_s": 61.25,
    "track_end_s": 71.25,
    "coverage": 0.94,
    "speed": 1.0,
    "tempo": 1.0,
    "pitch_semitones": 0.0,
}
SPAN: dict[str, Any] = {
    "start_s": 0.0,
    "end_s": 178.4,
    "other_start_s": 2.1,
    "other_end_s": 180.5,
    "speed": 1.0,
    "agreement": 0.88,
}
TASK: dict[str, Any] = {
    "id": TASK_ID,
    "kind": "scan",
    "state": "running",
    "created_at": "2026-01-31T12:00:00.123Z",
    "started_at": "2026-01-31T12:00:00.200Z",
    "finished_at": None,
    "attempts": 1,
    "files": ["mix.flac"],
    "progress": {"done": 1200, "total": 3600},
    "result": None,
    "error": None,
}
PLAY: dict[str, Any] = {
    "id": OTHER_ID,
    "station": "Rock",
    "started_at": "2026-01-31T12:00:00.123Z",
    "ended_at": "2026-01-31T12:03:34.600Z",
    "duration_s": 214.477,
    "track": {
        "id": TRACK_ID,
        "title": "Blue Kite",
        "artist": "Somebody",
        "album": "Weather",
        "isrc": "QZABC9900001",
        "external_id": None,
    },
    "track_start_s": 0.0,
    "track_end_s": 214.5,
    "confidence": 0.9999,
    "speed": 1.0,
}
MONITOR: dict[str, Any] = {
    "id": OTHER_ID,
    "name": "Rock",
    "source": "https://radio.example/rock",
    "created_at": "2026-01-31T12:00:00.123Z",
    "is_over": False,
    "state": "playing",
    "since": "2026-01-31T12:00:00.123Z",
    "playing": [
        {"play_id": PLAY["id"], "started_at": PLAY["started_at"], "match": MATCH},
    ],
    "title": "Somebody - Blue Kite",
    "why": None,
}
EVENT: dict[str, Any] = {
    "id": "01980c30-0000-7e33-a5d4-0011223344ff",
    "kind": "track_started",
    "station": "Rock",
    "at": "2026-01-31T12:00:04.000Z",
    "told_at": "2026-01-31T12:00:04.310Z",
    "position_s": 64.0,
    "play_id": OTHER_ID,
    "started_at": "2026-01-31T12:00:00.123Z",
    "match": MATCH,
    "isrc": "QZABC9900001",
    "external_id": None,
    "text": None,
}
CHECK: dict[str, Any] = {"ok": True, "took_ms": 0.4, "detail": None}

EXAMPLES: dict[str, dict[str, Any]] = {
    "Problem": {
        "type": "urn:earmark:problem:track-not-found",
        "title": "No track of the library answers to this id, path or title.",
        "status": 404,
        "detail": "no track '42' in the library; `earmark list` shows what is there",
        "request_id": "01980c31-2b00-7e33-a5d4-0011223344ff",
    },
    "TrackDetails": TRACK,
    "TrackPage": {"tracks": [TRACK], "next_cursor": "MTAw"},
    "DeletedTrack": DELETED,
    "DeletedPage": {"tracks": [DELETED], "next_cursor": None},
    "VersionList": {
        "versions": [
            {
                "track": OTHER,
                "likeness": "contains",
                "coverage": 0.82,
                "other_coverage": 0.99,
                "spans": [SPAN],
            }
        ],
        "compared_s": 214.533,
    },
    "ConstellationShape": {
        "track_id": TRACK_ID,
        "duration_s": 214.533,
        "start_s": 60.0,
        "end_s": 61.0,
        "time_s": [60.012, 60.044, 60.1],
        "frequency_hz": [440.2, 1318.5, 659.3],
    },
    "SpectrogramShape": {
        "start_s": 60.0,
        "column_s": 0.016,
        "row_hz": [0.0, 7.8, 15.6],
        "level_db": [[-90, -62, -48], [-90, -60, -47]],
    },
    "Answer": {
        "clip": "clip.flac",
        "status": "identified",
        "duration_s": 10.0,
        "elapsed_ms": 21.4,
        "matches": [MATCH],
        "candidates": [],
        "error": None,
    },
    "ExplanationShape": {
        "clip": "clip.flac",
        "status": "identified",
        "reasons": ["named"],
        "words": ["312 of the 402 peaks that Blue Kite has there are in the clip."],
        "duration_s": 10.0,
        "level_db": -18.2,
        "peaks": 598,
        "best": {
            "match": MATCH,
            "threshold": 18.3,
            "expected": 402,
            "found": 312,
            "chance": 0.21,
        },
        "others": [],
        "candidates": [],
        "error": None,
        "exhibit": None,
    },
    "TaskShape": TASK,
    "TaskPage": {"tasks": [TASK], "next_cursor": None},
    "PlayPage": {"plays": [PLAY], "is_complete": True},
    "TotalList": {
        "totals": [
            {
                "key": TRACK_ID,
                "name": "Blue Kite",
                "plays": 12,
                "duration_s": 2573.7,
                "first_at": "2026-01-30T08:12:00.000Z",
                "last_at": "2026-01-31T12:00:00.123Z",
            }
        ]
    },
    "MonitorShape": MONITOR,
    "MonitorList": {"monitors": [MONITOR]},
    "EventList": {"events": [EVENT], "last": 1},
    "StatsShape": {
        "library": "music.earmark",
        "axis": "linear",
        "tracks": 1,
        "duration_s": 214.533,
        "peaks": 7_080,
        "postings": 6_912,
        "tapes": 1,
        "catalogue_bytes": 98_304,
        "index_bytes": 24_576,
        "media_bytes": 0,
    },
    "Readiness": {
        "status": "ready",
        "checks": dict.fromkeys(("library", "writable", "disk", "queue", "kernels"), CHECK),
    },
    "Alive": {"status": "ok"},
    "PeaksRule": {
        "format": "earmark-peaks-1",
        "peaks_id": "p-2da71bec1e5f",
        "axis": "linear",
        "sample_rate_hz": 8000,
        "window_samples": 1024,
        "hop_samples": 128,
        "low_bin": 16,
        "high_bin": 448,
        "steps": 8,
        "silence_db": -90.0,
        "radius_frames": 4,
        "radius_ratio": 0.03,
        "min_radius_bins": 4,
        "max_radius_bins": 26,
        "max_clip_s": 120.0,
    },
    "CallerShape": {"key": "telephone", "scope": "read", "is_session": True},
    "SessionShape": {"key": "telephone", "scope": "read", "hours": 24.0},
}
