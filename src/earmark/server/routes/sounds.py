"""What tracks sound and look like."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from earmark.axis import axis_of
from earmark.errors import CorruptConstellationError
from earmark.server.context import context_of
from earmark.server.listening import (
    MOST_START_S,
    DurationQuery,
    Picture,
    StartQuery,
    drawn,
    heard,
)
from earmark.server.replies import Reply
from earmark.server.routes.common import BINARY, READ, Here, IdPath, found, telling
from earmark.server.schemas import ConstellationShape, Problem, SpectrogramShape
from earmark.units import frame_rate_hz

MOST_PEAKS_S = 3600.0
"""Of a constellation: about 120,000 peaks."""

router = APIRouter(tags=["tracks"], dependencies=[READ])

PLAYED: dict[str, Any] = {"content": {"audio/*": BINARY}}


@router.get(
    "/tracks/{track_id}/audio",
    response_class=Response,
    responses={
        **telling(Problem, 400, 404, 503),
        200: {**PLAYED, "description": "The sound."},
        206: {**PLAYED, "description": "The bytes that were asked for with `Range`."},
        416: {"description": "There are no such bytes."},
    },
)
async def audio_of_track(
    request: Request,
    track_id: IdPath,
    start_s: StartQuery = None,
    duration_s: DurationQuery = None,
) -> Response:
    """Play a track, where its sound is kept: all of it as it is stored, or part of it as a WAVE.

    All of it comes with its own coding; `Range` is answered, so that a player can leap. A part
    (`start_s`, `duration_s`, or both) is mono, of 16 bits and 44.1 kHz.

    What is kept is the copy or the preview that the library has, else the file that the track was
    added from, as long as it is there and unchanged. Otherwise the answer is a problem
    `sound-gone`, which says why.
    """
    context = context_of(request)
    sound = await asyncio.to_thread(lambda: context.sounds.open(found(context.library, track_id)))
    return await heard(context, sound, request.headers, start_s, duration_s)


@router.get("/tracks/{track_id}/constellation", responses=telling(ConstellationShape, 404))
def constellation_of_track(
    context: Here,
    track_id: IdPath,
    start_s: Annotated[float, Query(ge=0, le=MOST_START_S, description="In seconds.")] = 0.0,
    duration_s: Annotated[float, Query(gt=0, le=MOST_PEAKS_S, description="In seconds.")] = 60.0,
) -> Response:
    """Tell the peaks of part of a track, which are what it is recognised by; no sound is needed."""
    library = context.library
    track = found(library, track_id)
    peaks = library.constellation(track)
    if peaks is None:
        raise CorruptConstellationError(library.location, track.id)
    params = library.params.peaks
    rate_hz = frame_rate_hz(params) * params.steps
    end_s = max(start_s, min(start_s + duration_s, track.duration_s))
    first, last = np.searchsorted(peaks.time, np.ceil([start_s * rate_hz, end_s * rate_hz]))
    hz = axis_of(params).hz(peaks.frequency[first:last])
    told = {
        "track_id": track.id,
        "duration_s": round(track.duration_s, 3),
        "start_s": round(start_s, 3),
        "end_s": round(end_s, 3),
        "time_s": np.round(peaks.time[first:last] / rate_hz, 3).tolist(),
        "frequency_hz": np.round(hz, 1).tolist(),
    }
    return Reply(told)


@router.get(
    "/tracks/{track_id}/spectrogram",
    response_class=Response,
    responses={
        **telling(SpectrogramShape, 400, 404, 503),
        200: {
            "model": SpectrogramShape,
            "content": {"image/png": BINARY},
            "description": "Levels from -90 dB (dark) to -10 dB; time to the right.",
        },
    },
)
async def spectrogram_of_track(
    context: Here,
    track_id: IdPath,
    wanted: Annotated[Picture, Query()],
) -> Response:
    """Draw part of a track as it is heard here, where its sound is kept (see `/audio`)."""
    sound = await asyncio.to_thread(lambda: context.sounds.open(found(context.library, track_id)))
    return await drawn(context, sound, wanted)
