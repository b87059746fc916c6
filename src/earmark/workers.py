"""Decoding and fingerprinting of many files, in this process or in several.

A file that takes its process down costs nobody else anything: what was under way with it is done
again, one by one, and only the culprit is reported.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.audio import open_audio, save_preview, source_label
from earmark.errors import AudioError, DecoderCrashError, UndecodableAudioError, UnreadableFileError
from earmark.recording import Recording, read_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection

    from earmark.params import PeakParams

IN_FLIGHT = 3
"""Jobs handed to each worker ahead of time."""

_SECLUSION = threading.Lock()
"""Two that hide `__main__` at once would take each other's stand-in for it."""


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
        return UnreadableFileError(_shown(job), error.strerror or str(error))
    except Exception as error:  # noqa: BLE001 - whatever is odd about one file stops no other
        cause = f"unexpected {type(error).__name__}: {error}"
        return UndecodableAudioError(_shown(job), cause)
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
        more = True
        while more:
            with _executor(self._workers) as executor:
                while more := self._submit(executor, jobs):
                    yield from self._collect()
                    if self._suspects:
                        break
            yield from self._one_by_one()

    def _submit(self, executor: ProcessPoolExecutor, jobs: Iterator[Job]) -> bool:
        """Keep the workers busy; tell whether anything is under way."""
        while len(self._running) < self._workers * IN_FLIGHT and not self._suspects:
            job = next(jobs, None)
            if job is None:
                break
            try:
                with _secluded():
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
                    with _secluded():
                        future = executor.submit(run_job, job)
                    yield job, future.result()
                except BrokenProcessPool:
                    cause = "decoding it made the decoder crash"
                    yield job, DecoderCrashError(_shown(job), cause)


@contextlib.contextmanager
def _executor(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes that end with the block, or with this process, however it ends.

    When the block ends early, by Ctrl-C for example, what they are at is abandoned.
    """
    context = multiprocessing.get_context("spawn")
    lifeline, held = context.Pipe(duplex=False)
    with lifeline, held:
        executor = ProcessPoolExecutor(
            workers, mp_context=context, initializer=_begin, initargs=(lifeline,)
        )
        try:
            yield executor
        except BaseException:
            held.close()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _begin(lifeline: Connection) -> None:
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()


def _end_with_parent(lifeline: Connection) -> None:
    lifeline.poll(None)
    os._exit(1)


def _shown(job: Job) -> str:
    return source_label(job.path)


@contextlib.contextmanager
def _secluded() -> Iterator[None]:
    """Let processes that start in this block have nothing of the caller's.

    They do not hear Ctrl-C, which is the parent's to deal with. They do not import its script, of
    which they need nothing; one without a main guard would start itself over and over.
    """
    with _SECLUSION:
        main = sys.modules["__main__"]
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
