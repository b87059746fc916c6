"""Tempo without pitch, and pitch without tempo: FFmpeg's `atempo`, which PyAV's wheels bring."""

from __future__ import annotations

import av
import av.filter
import numpy as np

from earmark.evaluation.signals import Signal, fitted, resampled

_BLOCK_SAMPLES = 1 << 14


def stretched(
    signal: Signal, sample_rate_hz: int, *, tempo: float = 1.0, pitch: float = 1.0
) -> Signal:
    """Play at another tempo, another pitch, or both.

    Equal factors are a change of speed, done by resampling alone, as a turntable does it.

    Args:
        signal: shape (n,).
        sample_rate_hz: its rate.
        tempo: seconds of the signal per second of the result.
        pitch: factor on all frequencies.

    Returns:
        Shape (round(n / tempo),).

    Raises:
        ValueError: a factor is not positive.
    """
    moved = resampled(signal, pitch)
    if tempo == pitch:
        return moved
    return fitted(_at_tempo(moved, sample_rate_hz, tempo / pitch), round(len(signal) / tempo))


def _at_tempo(signal: Signal, sample_rate_hz: int, tempo: float) -> Signal:
    """Change the tempo and keep the pitch, by overlapping similar waveforms (WSOLA)."""
    if tempo <= 0:
        message = f"cannot play at {tempo} times the tempo: it must be positive"
        raise ValueError(message)
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=sample_rate_hz, format="flt", layout="mono")
    graph.link_nodes(source, graph.add("atempo", f"{tempo:.9f}"), graph.add("abuffersink"))
    graph.configure()
    parts = [np.empty(0, np.float32)]
    for begin in range(0, len(signal), _BLOCK_SAMPLES):
        block = np.ascontiguousarray(signal[None, begin : begin + _BLOCK_SAMPLES])
        frame = av.AudioFrame.from_ndarray(block, "flt", "mono")
        frame.sample_rate = sample_rate_hz
        frame.pts = begin
        graph.push(frame)
        parts += _pulled(graph)
    graph.push(None)
    return np.concatenate([*parts, *_pulled(graph)])


def _pulled(graph: av.filter.Graph) -> list[Signal]:
    """Take what a filter graph has ready."""
    found: list[Signal] = []
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return found
        found.append(np.asarray(frame.to_ndarray()[0], np.float32))
