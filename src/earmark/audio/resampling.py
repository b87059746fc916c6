"""Any samples -> mono float32 at the analysis rate.

Channels are averaged; the rate is changed by libswresample's windowed-sinc filter, which works on
the stream as a whole: however the audio is cut into pieces, the samples that come out are the same,
bit for bit.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.filter import Graph

from earmark.audio.base import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, is_rate
from earmark.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOUDEST = float(2**31)
"""Samples beyond this, far above any scale in use, are damage; their power would overflow."""


class Resampler:
    """Changes the rate of a mono stream; feed it in pieces of any length, then flush it once."""

    def __init__(self, input_rate_hz: int, output_rate_hz: int) -> None:
        """Make a resampler.

        Raises:
            UsageError: a rate outside LOWEST_RATE_HZ to HIGHEST_RATE_HZ.
        """
        for rate in (input_rate_hz, output_rate_hz):
            if not is_rate(rate):
                message = f"sample rates are {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz, not {rate}"
                raise UsageError(message)
        self.input_rate_hz = input_rate_hz
        self.output_rate_hz = output_rate_hz
        self._graph = _graph(input_rate_hz, output_rate_hz)

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what can be computed now; both arrays have shape (n,), the result may be empty."""
        if self.input_rate_hz == self.output_rate_hz or not len(samples):
            return samples
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), "flt", "mono")
        frame.sample_rate = self.input_rate_hz
        return self._joined(frame)

    def flush(self) -> NDArray[np.float32]:
        """Return the rest, shape (n,); the resampler cannot be fed again."""
        return self._joined(None)

    def _joined(self, frame: av.AudioFrame | None) -> NDArray[np.float32]:
        self._graph.push(frame)
        blocks = []
        with suppress(BlockingIOError, EOFError):  # no more for now, and no more at all
            while True:
                blocks.append(self._graph.pull().to_ndarray()[0])
        return np.concatenate(blocks) if blocks else np.empty(0, np.float32)


def _graph(input_rate_hz: int, output_rate_hz: int) -> Graph:
    """Return what changes the rate, without the threads that FFmpeg would start for it.

    They have nothing to do, and starting them takes as long as resampling seconds of sound.
    """
    graph = Graph()
    graph.threads = 1
    source = graph.add_abuffer(
        sample_rate=input_rate_hz,
        format="flt",
        layout="mono",
        time_base=Fraction(1, input_rate_hz),
    )
    resample = graph.add("aresample", str(output_rate_hz))
    graph.link_nodes(source, resample, graph.add("abuffersink"))
    graph.configure()
    return graph


def to_mono(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Average the channels; what is not finite, or beyond LOUDEST, becomes 0.

    Args:
        samples: shape (channels, n); signed integers are scaled to +-1, unsigned ones too, about
            their middle; floats are taken as they are.

    Returns:
        Shape (n,).
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mono = samples[0].astype(np.float32)
        for channel in samples[1:]:  # a reduction over the axis is slower for interleaved samples
            mono += channel
        scale = 1 / len(samples)
        if samples.dtype.kind in "iu":
            half = 2.0 ** (8 * samples.dtype.itemsize - 1)
            if samples.dtype.kind == "u":
                mono -= np.float32(half * len(samples))
            scale /= half
        mono *= np.float32(scale)
    return _without_damage(mono)


def _without_damage(mono: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(mono) and not (mono.max() <= LOUDEST and mono.min() >= -LOUDEST):
        mono[~(np.abs(mono) <= LOUDEST)] = 0
    return mono
