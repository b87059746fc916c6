"""Decoding and fingerprinting of many files, in this process or in several.

A file that takes its process down costs nobody else anything: what was under way with it is done
again, one by one, and only the culprit is reported.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import types
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.audio import open_audio, save_preview
from earmark.errors import AudioError, DecoderCrashError, UnreadableFileError
from earmark.recording import Recording, read_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from earmark.params import PeakParams

IN_FLIGHT = 3
"""Jobs handed to each worker ahead of time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to decode."""

    number: int
    path: bytes
    params: PeakParams
    preview: Path | None = None
    """Where to write a preview, if one is wanted."""


Outcome = Recording | AudioError


def run_job(job: Job) -> Outcome:
    """Decode one file; what is wrong with it is returned, not raised."""
    try:
        with open_audio(job.path, sample_rate_hz=job.params.sample_rate_hz) as stream:
            recording = read_recording(stream, job.params)
        if job.preview is not None:
            with job.preview.open("wb") as target:
                save_preview(job.path, target)
    except AudioError as error:
        return error
    except OSError as error:
        return UnreadableFileError(str(job.path), str(error))
    return recording


def run_jobs(jobs: Iterable[Job], workers: int) -> Iterator[tuple[Job, Outcome]]:
    """Yield each job with its outcome, in the order in which they are done."""
    if workers <= 1:
        for job in jobs:
            yield job, run_job(job)
        return
    yield from _Pool(workers).run(iter(jobs))


class _Pool:
    """Worker processes that are replaced when one of them dies."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._running: dict[Future[Outcome], Job] = {}
        self._suspects: deque[Job] = deque()

    def run(self, jobs: Iterator[Job]) -> Iterator[tuple[Job, Outcome]]:
        executor = _executor(self._workers)
        try:
            while self._submit(executor, jobs):
                yield from self._collect()
                if self._suspects:
                    executor.shutdown(wait=True, cancel_futures=True)
                    yield from self._one_by_one()
                    executor = _executor(self._workers)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def _submit(self, executor: ProcessPoolExecutor, jobs: Iterator[Job]) -> bool:
        """Keep the workers busy; tell whether anything is under way."""
        while len(self._running) < self._workers * IN_FLIGHT and not self._suspects:
            job = next(jobs, None)
            if job is None:
                break
            try:
                with _no_main():
                    self._running[executor.submit(run_job, job)] = job
            except BrokenProcessPool:
                self._suspects.append(job)
        return bool(self._running or self._suspects)

    def _collect(self) -> Iterator[tuple[Job, Outcome]]:
        """Yield what is done; when a worker died, all that was under way becomes suspect."""
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            job = self._running.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                self._suspects.append(job)
            else:
                yield job, future.result()
        if self._suspects:
            self._suspects.extend(self._running.values())
            self._running.clear()

    def _one_by_one(self) -> Iterator[tuple[Job, Outcome]]:
        while self._suspects:
            job = self._suspects.popleft()
            with _executor(1) as executor:
                try:
                    with _no_main():
                        future = executor.submit(run_job, job)
                    yield job, future.result()
                except BrokenProcessPool:
                    cause = "decoding it made the decoder crash"
                    yield job, DecoderCrashError(repr(job.path)[2:-1], cause)


def _executor(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_ignore_interrupts)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent, which then ends the workers in an orderly way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """Keep spawned workers from importing the caller's script.

    They need nothing of it, and a script without a main guard would start itself over and over.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
