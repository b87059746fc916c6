"""Constellation to landmarks: pairs of peaks, hashed.

A hash holds where the earlier peak lies in frequency and how to get from it to the later one:

    bit  21        13 12        6 5       0
         +-----------+-----------+---------+
         |   bin 1   | bin 2 - 1 |   gap   |
         +-----------+-----------+---------+
           0 .. 511    -64 .. 63   frames between them, less `min_gap_frames`

References keep few pairs per peak. A query pairs every peak with all in the zone, and where a value
lies near the border of its cell it also asks for the neighbouring cell, because the reference may
have fallen there: fuzziness costs the query, never the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel
from earmark.types import Landmarks, Peaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.params import Params, QueryParams

GAP_BITS = 6
STEP_BITS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """What a query asks the index for; both arrays have shape (n,).

    `hash`: uint32. `frame`: int32, the frame of the earlier peak in the query.
    """

    hash: NDArray[np.uint32]
    frame: NDArray[np.int32]


def reference_landmarks(peaks: Peaks, params: Params) -> Landmarks:
    """Pair every peak with the next `fanout` peaks of its zone."""
    index = params.index
    hashes, frames = _pair(
        peaks.time,
        peaks.frequency,
        params.peaks.steps,
        index.fanout,
        index.min_gap_frames,
        index.max_gap_frames,
        index.max_step_bins,
        -1.0,
    )
    order = np.lexsort((frames, hashes))
    return Landmarks(hashes[order], frames[order].astype(np.uint32))


def query_probes(peaks: Peaks, params: Params, query: QueryParams) -> Probes:
    """Pair every peak with all peaks of its zone, neighbouring cells included.

    A cell is asked for as well when its border is nearer than `query.fuzziness` of a cell.
    """
    index = params.index
    hashes, frames = _pair(
        peaks.time,
        peaks.frequency,
        params.peaks.steps,
        query.fanout,
        index.min_gap_frames,
        index.max_gap_frames,
        index.max_step_bins,
        query.fuzziness,
    )
    return Probes(hashes, frames)


@kernel
def _pair(  # type: ignore[no-untyped-def]
    time, frequency, steps, fanout, min_gap, max_gap, max_step, fuzziness
):
    """Return (hashes, frames of the earlier peak); a negative fuzziness means exact cells only."""
    hashes = np.empty(1024, np.uint32)
    frames = np.empty(1024, np.int32)
    count = 0
    half = steps // 2
    border = half - round(fuzziness * steps)
    gaps = np.empty(2, np.int64)
    lows = np.empty(2, np.int64)
    highs = np.empty(2, np.int64)
    for i in range(len(time)):
        found = 0
        frame = (time[i] + half) // steps
        for j in range(i + 1, len(time)):
            apart = time[j] - time[i]
            if apart >= max_gap * steps or found >= fanout:
                break
            step = np.int64(frequency[j]) - np.int64(frequency[i])
            if apart < min_gap * steps or abs(step) >= (max_step - 1) * steps:
                continue
            found += 1
            if count + 8 > len(hashes):
                hashes = np.concatenate((hashes, np.empty_like(hashes)))
                frames = np.concatenate((frames, np.empty_like(frames)))
            n_gap = n_low = n_high = 1
            for value, cells in ((apart, gaps), (np.int64(frequency[i]), lows), (np.int64(frequency[j]), highs)):
                cell = (value + half) // steps
                part = value - cell * steps
                cells[0] = cell
                cells[1] = cell + (1 if part > 0 else -1)
            if fuzziness >= 0:
                n_gap += abs(apart - gaps[0] * steps) >= border
                n_low += abs(np.int64(frequency[i]) - lows[0] * steps) >= border
                n_high += abs(np.int64(frequency[j]) - highs[0] * steps) >= border
            for a in range(n_gap):
                gap = gaps[a] - min_gap
                if gap < 0 or gap >= 64:
                    continue
                for b in range(n_low):
                    for c in range(n_high):
                        move = highs[c] - lows[b] + 64
                        hashes[count] = (lows[b] << 13) | (move << 6) | gap
                        frames[count] = frame
                        count += 1
    return hashes[:count].copy(), frames[:count].copy()
