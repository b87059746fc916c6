"""Made-up measurements for the tests of reports: no sound, only numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from earmark.evaluation.clips import Place
from earmark.evaluation.conditions import Condition, Sound
from earmark.evaluation.material import Origin
from earmark.evaluation.summary import Report, Setup, summarised
from earmark.evaluation.trials import Offset, Outcome, Trial
from earmark.ingest import Skipped

CLEAN = Condition("clean", "", 5)
STRANGER = Condition("stranger", "music", 5, Sound.STRANGER)

SETUP = Setup(
    earmark="0.1.0",
    created_at="2026-01-01T00:00:00+00:00",
    catalogue="songs <b>",
    tracks=12,
    duration_s=3600.0004,
    strangers=3,
    origin=Origin.HELD_OUT,
    seed=1,
    clips=3,
    jobs=1,
    peaks_id="p-1",
    index_id="i-1",
    query={"fanout": 24},
)


def trial(outcome: Outcome = Outcome.HIT, condition: Condition = CLEAN, **others: Any) -> Trial:  # noqa: ANN401 - fields of Trial
    """A clip with this outcome."""
    right = outcome is Outcome.HIT
    basic = Trial(condition, 0, (Place("t0", "0.flac", 2.0),), outcome, 12.0)
    score, confidence = (80.0, 0.999) if right else (9.0, 0.05)
    said = {"score": score, "confidence": confidence, "is_best_right": right, "said": "A Song"}
    return replace(basic, **{**said, **others})


def report(*, is_complete: bool = True, conditions: tuple[Condition, ...] = ()) -> Report:
    """Three clips of known music and two strangers, some of them mistaken; more on demand."""
    trials = [
        trial(offset=Offset.RIGHT),
        trial(offset=Offset.REPEAT),
        trial(Outcome.WRONG),
        trial(Outcome.REJECTED, STRANGER),
        trial(Outcome.ACCEPTED, STRANGER, said_at_s=3.0),
        *(trial(condition=condition) for condition in conditions),
    ]
    skipped = [Skipped("bad <i>.mp3", "NoAudioStreamError", "no audio stream in it")]
    return summarised(
        trials, [CLEAN, *conditions, STRANGER], SETUP, skipped, is_complete=is_complete
    )
