"""Tests of earmark.workers."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from earmark import workers
from earmark.errors import (
    DecoderCrashError,
    UndecodableAudioError,
    UnreadableFileError,
    UnsupportedAudioError,
)
from earmark.params import PeakParams
from earmark.recording import Recording
from earmark.workers import Job, run_job, run_jobs
from tests.media import RATE_HZ, float_wav, tone

PARAMS = PeakParams()


def job(number: int, path: Path, preview: Path | None = None) -> Job:
    """A job to decode this file."""
    return Job(number, os.fsencode(path), PARAMS, preview)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A file of two seconds."""
    path = tmp_path / "tone.wav"
    path.write_bytes(float_wav(tone(2, RATE_HZ), RATE_HZ))
    return path


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file at which every process dies that decodes it."""
    monkeypatch.setattr(workers, "run_job", die_at_deadly)
    path = tmp_path / "deadly.wav"
    path.touch()
    return path


def die_at_deadly(job: Job) -> workers.Outcome:
    """Decode a file; die of one with a certain name, as a decoder with a fault would."""
    if job.path.endswith(b"deadly.wav"):
        os._exit(1)
    return run_job(job)


def test_a_file_becomes_a_recording(music: Path) -> None:
    """The outcome of a good file is what a track needs of it."""
    outcome = run_job(job(0, music))
    assert isinstance(outcome, Recording)
    assert outcome.duration_s == 2.0


def test_what_is_wrong_with_a_file_is_returned(tmp_path: Path) -> None:
    """A bad file raises nothing, so that it stops nobody else."""
    (tmp_path / "text.wav").write_text("text")
    assert isinstance(run_job(job(0, tmp_path / "text.wav")), UnsupportedAudioError)
    assert isinstance(run_job(job(0, tmp_path / "nowhere.wav")), UnreadableFileError)


@pytest.mark.parametrize("error", [MemoryError("too much"), RuntimeError("odd")])
def test_what_nobody_expected_is_returned(
    music: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """One odd file ends no batch; the cause says what happened."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(workers, "read_recording", fail)
    outcome = run_job(job(0, music))
    assert isinstance(outcome, UndecodableAudioError)
    assert outcome.cause == f"unexpected {type(error).__name__}: {error}"


def test_two_seclusions_leave_the_main_module() -> None:
    """Where two threads start workers at once, the caller's script is back afterwards."""
    main = sys.modules["__main__"]
    inside, leave = threading.Event(), threading.Event()

    def seclude() -> None:
        with workers._secluded():
            inside.set()
            leave.wait()

    other = threading.Thread(target=seclude)
    with workers._secluded():
        other.start()
        overlapped = inside.wait(0.2)
    leave.set()
    other.join()
    assert (overlapped, sys.modules["__main__"]) == (False, main)


def test_a_preview_is_written_on_the_way(music: Path, tmp_path: Path) -> None:
    """If one is wanted, a playable file is where it was wanted."""
    preview = tmp_path / "preview.opus"
    run_job(job(0, music, preview))
    with av.open(io.BytesIO(preview.read_bytes())) as container:
        assert container.streams.audio[0].codec_context.name in {"opus", "libopus"}


def test_a_preview_without_a_place_is_an_error(music: Path, tmp_path: Path) -> None:
    """What the file system refuses is told by name."""
    outcome = run_job(job(0, music, tmp_path / "no folder" / "preview.opus"))
    assert isinstance(outcome, UnreadableFileError)
    assert outcome.cause == "No such file or directory"


@pytest.mark.parametrize("count", [1, 2])
def test_every_job_has_one_outcome(music: Path, count: int) -> None:
    """In one process or several, nothing is lost and nothing done twice."""
    outcomes = dict(run_jobs((job(number, music) for number in range(9)), count))
    assert sorted(done.number for done in outcomes) == list(range(9))
    assert {type(outcome) for outcome in outcomes.values()} == {Recording}


def test_a_crash_costs_only_the_culprit(music: Path, deadly: Path) -> None:
    """All other files are done; the deadly one is named."""
    jobs = [job(number, deadly if number == 3 else music) for number in range(8)]
    outcomes = {done.number: outcome for done, outcome in run_jobs(jobs, 2)}
    crash = outcomes.pop(3)
    assert isinstance(crash, DecoderCrashError)
    assert crash.source == str(deadly)
    assert [type(outcome) for outcome in outcomes.values()] == [Recording] * 7


def test_two_crashes_cost_two_files(music: Path, deadly: Path) -> None:
    """After a crash the others go on in new processes, and those may die, too."""
    jobs = [job(number, deadly if number in {0, 7} else music) for number in range(8)]
    crashed = [done.number for done, got in run_jobs(jobs, 2) if isinstance(got, DecoderCrashError)]
    assert sorted(crashed) == [0, 7]


def test_jobs_are_not_taken_long_before_they_are_done(music: Path) -> None:
    """A catalogue of millions is not in memory: only a few jobs are under way."""
    taken: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(100):
            taken.append(number)
            yield job(number, music)

    outcomes = run_jobs(jobs(), 2)
    next(outcomes)
    assert len(taken) <= 2 * workers.IN_FLIGHT + 2
    outcomes.close()  # type: ignore[attr-defined]


def test_a_script_needs_no_main_guard(music: Path, tmp_path: Path) -> None:
    """A script that adds with workers at its top level does not start itself again."""
    script = tmp_path / "script.py"
    script.write_text(
        "from earmark import Library\n"
        "library = Library.open('memory:')\n"
        f"print('added', len(library.add([{str(music)!r}, 'nowhere'], workers=2).added))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("added 1\n", "")


def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    """When the parent is killed, a worker that waits for a pipe ends, and so does its output."""
    os.mkfifo(tmp_path / "pipe.wav")
    code = "from earmark import Library; import sys\n"
    code += f"Library.open('memory:').add([{str(tmp_path / 'pipe.wav')!r}], workers=2)"
    with (
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent,
        (tmp_path / "pipe.wav").open("wb"),  # waits for the worker
    ):
        parent.kill()
        assert parent.stdout is not None
        assert parent.stdout.read() == b""  # ends when the last holder of the output is gone
