"""Candidates to scores: does the clip really have the peaks that the track has at this place?

The reference peaks of the matched span are looked for in the clip's dense constellation. The same is
done with the clip shifted along the track, which tells what chance gives on just this music: tonal,
sustained and repetitive pieces agree with anything more often than independent peaks would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from earmark.kernels import kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from earmark.matching.candidates import Candidate
    from earmark.types import Peaks

SHIFTS_FRAMES = np.array(
    [-211, -173, -131, -97, -71, -53, -37, -23, 23, 37, 53, 71, 97, 131, 173, 211], np.int32
)
COARSE_STEPS = 14
FINE_STEPS = 6
BIN_STEPS = 5


@kernel
def verify(  # type: ignore[no-untyped-def]
    words, begins, offsets, clip_steps, q_time, q_frequency, q_frames, steps, shifts, coarse, fine, tolerance
):
    """Return one row for each candidate.

    (offset in steps, reference peaks in the span, those matched, those in the shifted spans, those
    matched there, first and last matched time in steps of the clip, sum of squares of shifted).
    """
    out = np.zeros((len(offsets), 8), np.float64)
    span = shifts.max() * steps
    times = np.empty(1024, np.int64)
    bins = np.empty(1024, np.int64)
    votes = np.zeros(2 * coarse + 1, np.int64)
    n_frames = len(q_frames) - 1
    for c in range(len(offsets)):
        base = offsets[c] * steps
        low, high = base - span - coarse, base + clip_steps + span + coarse
        n = 0
        time = np.int64(0)
        for w in range(begins[c], begins[c + 1]):
            word = np.int64(words[w])
            time += word >> 20
            if time > high:
                break
            frequency = (word >> 8) & 0xFFF
            if time < low or frequency == 0:
                continue
            if n == len(times):
                times = np.concatenate((times, np.empty_like(times)))
                bins = np.concatenate((bins, np.empty_like(bins)))
            times[n] = time
            bins[n] = frequency
            n += 1
        votes[:] = 0
        for i in range(n):
            at = times[i] - base
            if at < 0 or at > clip_steps:
                continue
            first = max(0, (at - coarse) // steps)
            last = min(n_frames, (at + coarse) // steps + 1)
            if first >= last:
                continue
            for j in range(q_frames[first], q_frames[last]):
                apart = np.int64(q_time[j]) - at
                if abs(apart) <= coarse and abs(np.int64(q_frequency[j]) - bins[i]) <= tolerance:
                    votes[coarse + apart] += 1
        best, most = 0, -1
        for d in range(-coarse + 2, coarse - 1):
            near = votes[coarse + d - 2] + votes[coarse + d - 1] + votes[coarse + d] + votes[coarse + d + 1] + votes[coarse + d + 2]
            if near > most or (near == most and abs(d) < abs(best)):
                best, most = d, near
        base -= best
        out[c, 0] = base
        out[c, 5] = clip_steps
        for s in range(-1, len(shifts)):
            shifted = base if s < 0 else base + shifts[s] * steps
            total = matched = 0
            for i in range(n):
                at = times[i] - shifted
                if at < 0 or at > clip_steps:
                    continue
                total += 1
                first = max(0, (at - fine) // steps)
                last = min(n_frames, (at + fine) // steps + 1)
                if first >= last:
                    continue
                for j in range(q_frames[first], q_frames[last]):
                    if abs(np.int64(q_time[j]) - at) <= fine and abs(np.int64(q_frequency[j]) - bins[i]) <= tolerance:
                        matched += 1
                        if s < 0:
                            out[c, 5] = min(out[c, 5], at)
                            out[c, 6] = max(out[c, 6], at)
                        break
            if s < 0:
                out[c, 1] = total
                out[c, 2] = matched
            else:
                out[c, 3] += total
                out[c, 4] += matched
                if total > 0:
                    out[c, 7] = max(out[c, 7], matched / total)
    return out
