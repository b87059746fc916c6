"""Stored sound, to be heard and looked at: a file as it is, or part of it, decoded."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import TYPE_CHECKING, Annotated, TypeAlias

import numpy as np
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from earmark.errors import UsageError
from earmark.pictures.spectrum import GREYS, PALETTE, spectrum_of
from earmark.server.decoding import Part
from earmark.server.hearing import staged
from earmark.server.ranges import file_response
from earmark.server.replies import Reply
from earmark.server.schemas import PictureColours, PictureForm
from earmark.server.sounds import Sound, numbered
from earmark.server.wav import written_plain

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from starlette.datastructures import Headers

    from earmark.server.context import Context

RATE_HZ = 44_100
"""Of an excerpt."""

USUAL_S = 15.0
MOST_S = 120.0
"""Of an excerpt: 10 MB."""

MOST_START_S = 1e6

MOST_COLUMNS, MOST_ROWS = 2000, 1024
"""Of a spectrogram."""

PALETTES = {PictureColours.HEAT: PALETTE, PictureColours.GREY: GREYS}

StartQuery: TypeAlias = Annotated[
    float | None, Query(ge=0, le=MOST_START_S, description="Where the part begins, in seconds.")
]
DurationQuery: TypeAlias = Annotated[
    float | None,
    Query(gt=0, le=MOST_S, description=f"How long it is; {USUAL_S:g} unless given."),
]


async def heard(
    context: Context,
    sound: Sound,
    headers: Headers,
    start_s: float | None,
    duration_s: float | None,
) -> Response:
    """Answer with a sound as it is stored, or with part of it as a WAVE if one is asked for.

    Raises:
        AudioError: it cannot be decoded.
        UsageError: the part lies behind its end.
    """
    if start_s is None and duration_s is None:
        return file_response(sound.file, sound.size_bytes, sound.media_type, sound.digest, headers)
    part = Part(start_s or 0.0, duration_s or USUAL_S, RATE_HZ)
    data = written_plain(await excerpt(context, sound, part), RATE_HZ)
    digest = hashlib.sha256(data).hexdigest()
    return file_response(io.BytesIO(data), len(data), "audio/wav", digest, headers)


async def excerpt(context: Context, sound: Sound, part: Part) -> NDArray[np.float32]:
    """Return part of a sound as mono samples, shape (n,), full scale +-1; the sound is closed.

    Raises:
        AudioError: it cannot be decoded.
        UsageError: the part lies behind its end.
    """
    file = await asyncio.to_thread(numbered, sound.file)
    with file, staged(context.metrics, "excerpt"):
        samples = await context.decoders.excerpt(file, sound.name, part)
    if not len(samples):
        message = f"the recording ends before {part.start_s:g} s"
        raise UsageError(message)
    return samples


class Picture(BaseModel):
    """Which part of a recording is drawn, and how."""

    model_config = ConfigDict(extra="forbid")

    start_s: float = Field(
        default=0.0, ge=0, le=MOST_START_S, description="In seconds, like the next."
    )
    duration_s: float = Field(default=30.0, gt=0, le=MOST_S)
    width: int = Field(default=1000, ge=1, le=MOST_COLUMNS, description="Columns, at most.")
    height: int = Field(default=256, ge=1, le=MOST_ROWS, description="Rows, at most.")
    format: PictureForm = PictureForm.PNG
    colours: PictureColours = Field(
        default=PictureColours.HEAT,
        description="Of a PNG; grey: each pixel is the level, 0 to 255.",
    )


async def drawn(context: Context, sound: Sound, wanted: Picture) -> Response:
    """Answer with the spectrogram of part of a sound.

    Raises:
        AudioError: it cannot be decoded.
        UsageError: the part lies behind its end.
        OverloadedError: too many wait for a processor.
    """
    params = context.library.params.peaks
    part = Part(wanted.start_s, wanted.duration_s, params.sample_rate_hz)
    samples = await excerpt(context, sound, part)

    def look() -> Response:
        spectrum = spectrum_of(samples, params, wanted.width, wanted.height)
        if wanted.format is PictureForm.PNG:
            png = spectrum.png(PALETTES[wanted.colours])
            return Response(png, media_type="image/png")
        told = {
            "start_s": round(wanted.start_s, 3),
            "column_s": round(spectrum.column_s, 6),
            "row_hz": np.round(spectrum.row_hz, 1).tolist(),
            "level_db": np.rint(spectrum.level_db).astype(int).tolist(),
        }
        return Reply(told)

    return await context.processors.run(look)
