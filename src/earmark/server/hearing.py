"""A clip that was sent, made ready to be asked about, and asked about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from earmark.clip_peaks import ClipPeaks, check_peaks
from earmark.errors import AudioError, UnsupportedBodyError
from earmark.server.wav import Plain, read_plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import QueryParams
    from earmark.server.context import Context
    from earmark.server.metrics import Metrics
    from earmark.server.reading import Sent
    from earmark.types import Identification


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A clip, decoded."""

    samples: NDArray[Any]
    """Shape (n,) or (n, channels)."""
    rate_hz: int
    name: str


async def decoded(context: Context, sent: Sent) -> Heard:
    """Decode a clip: plain samples here, anything else in a process of its own.

    Raises:
        AudioError: it cannot be decoded, within the limits.
        UnsupportedBodyError: it is peaks, and no sound.
    """
    if sent.peaks is not None:
        message = "peaks do not suffice here: send the sound"
        raise UnsupportedBodyError(message)
    with staged(context.metrics, "decode"):
        most_s = context.library.query.max_clip_s
        plain: Plain | None = read_plain(sent.data, most_s)
        if plain is not None:
            return Heard(plain.samples, plain.rate_hz, sent.name)
        rate_hz = context.library.params.peaks.sample_rate_hz
        try:
            samples = await context.decoders.decode(sent.data, rate_hz, most_s)
        except AudioError as error:
            context.metrics.decode_errors.labels(type(error).__name__).inc()
            raise type(error)(sent.name, error.cause) from None
        return Heard(samples, rate_hz, sent.name)


async def identified(
    context: Context, heard: Heard | ClipPeaks, query: QueryParams
) -> Identification:
    """Name a clip, decoded or by its peaks.

    Raises:
        ClipPeaksError: the peaks cannot be compared with those of the library.
        OverloadedError: too many wait for a processor.
        LibraryError: the library cannot be read.
    """
    identify = context.library.identify
    if isinstance(heard, ClipPeaks):
        check_peaks(heard, context.library.params)
        ask = partial(identify, heard, query=query)
    else:
        rate_hz, name = heard.rate_hz, heard.name
        ask = partial(identify, heard.samples, sample_rate=rate_hz, name=name, query=query)
    with staged(context.metrics, "identify"):
        answer = await context.processors.run(ask)
    context.metrics.decisions.labels(answer.status.value).inc()
    return answer


async def named(context: Context, sent: Sent, query: QueryParams) -> Identification:
    """Decode a clip, unless it is peaks, and name it; the time is that of both.

    Raises:
        AudioError: it cannot be decoded, within the limits.
        ClipPeaksError: the peaks cannot be compared with those of the library.
        OverloadedError: too many wait for a processor.
        LibraryError: the library cannot be read.
    """
    began = time.perf_counter()
    heard = sent.peaks or await decoded(context, sent)
    answer = await identified(context, heard, query)
    return replace(answer, elapsed_ms=1000 * (time.perf_counter() - began))


@contextmanager
def staged(metrics: Metrics, stage: str) -> Iterator[None]:
    """Time a stage."""
    began = time.perf_counter()
    try:
        yield
    finally:
        metrics.stages.labels(stage).observe(time.perf_counter() - began)
