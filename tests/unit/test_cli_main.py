"""Tests of earmark.cli.main, the entry point, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.music import clip

MAIN = (sys.executable, "-c", "from earmark.cli import main; main()")


def run(*arguments: str | bytes, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `earmark` with these arguments and this standard input."""
    return subprocess.run([*MAIN, *arguments], input=data, capture_output=True, check=False)


def modules_of(code: str) -> set[str]:
    """The modules that a new process has imported at the end of this code."""
    output = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return set(output.splitlines()[-1].split())


def interrupted(command: Sequence[str | bytes], fifo: Path) -> tuple[int, str]:
    """Press Ctrl-C when a command begins to read a pipe; return its exit code and stderr."""
    os.mkfifo(fifo)
    with (
        subprocess.Popen([*MAIN, *command], stderr=subprocess.PIPE, text=True) as process,
        fifo.open("wb"),  # waits for the reader
    ):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    return process.returncode, said


@pytest.mark.usefixtures("home")
def test_a_clip_is_named_through_a_pipe() -> None:
    """The exit code is 0, and standard error is empty."""
    result = run("identify", "--json", "-", data=clip(1))
    assert (result.returncode, result.stderr) == (0, b"")
    assert json.loads(result.stdout)["status"] == "identified"


@pytest.mark.usefixtures("home")
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such names")
@pytest.mark.parametrize("arguments", [("identify",), ("identify", "--json")])
def test_a_name_need_not_be_text(arguments: tuple[str, ...]) -> None:
    """A file name that no encoding knows is read and printed."""
    name = b"\xff\n.flac"
    Path(os.fsdecode(name)).write_bytes(clip(1))
    result = run(*arguments, name)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"udcff\\n.flac" in result.stdout


@pytest.mark.usefixtures("home")
def test_an_interrupted_identify_leaves_the_rest() -> None:
    """Ctrl-C ends it in order, with exit code 130, however many clips are left."""
    command = [*MAIN, "identify", "--json", *["clip.flac"] * 5000]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert (process.returncode, said) == (130, b"earmark: interrupted\n")


@pytest.mark.parametrize(("workers", "under_way"), [("1", 0), ("2", 3)])
def test_an_interrupted_add_keeps_what_it_has(home: Path, workers: str, under_way: int) -> None:
    """Ctrl-C ends in order, with exit code 130, and only what was under way is done again."""
    command = ("add", "songs", "pipe.wav", "--library", "new.earmark", "--workers", workers)
    code, said = interrupted(command, home / "pipe.wav")
    assert code == 130
    assert said == (
        "earmark: interrupted; what was added is kept, and the same command goes on from there\n"
    )
    (home / "pipe.wav").unlink()
    report = json.loads(run(*command, "--json").stdout)
    assert report["unchanged"] + len(report["added"]) == 3
    assert len(report["added"]) <= under_way


def test_an_interrupted_identify_ends(home: Path) -> None:
    """Ctrl-C while a clip is awaited is told in a word."""
    code, said = interrupted(("identify", "pipe.wav"), home / "pipe.wav")
    assert (code, said) == (130, "earmark: interrupted\n")


@pytest.mark.usefixtures("home")
def test_a_reader_that_leaves_ends_the_output() -> None:
    """`earmark list | head -1` is no error worth a word."""
    with subprocess.Popen(
        [*MAIN, "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")


def test_the_package_costs_nothing_to_import() -> None:
    """`import earmark` imports nothing heavy, nor does the application."""
    assert modules_of("import earmark").isdisjoint({"numpy", "numba", "av", "rich"})
    assert modules_of("import earmark.cli.app").isdisjoint({"numpy", "numba", "av", "rich.table"})


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_identify_imports_only_what_it_needs(form: list[str]) -> None:
    """Tables, second-best decoders and linear algebra stay where they are."""
    code = f"sys.argv = {['earmark', 'identify', 'clip.flac', *form]}\n"
    code += "from earmark.cli import main\ntry: main()\nexcept SystemExit: pass"
    loaded = modules_of(code)
    assert "earmark.matching.matcher" in loaded
    assert loaded.isdisjoint(
        {"rich.console", "soundfile", "scipy.linalg", "earmark.stores.memory", "earmark.demo"}
    )


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("arguments", [("list",), ("list", "--json")])
def test_a_pipe_that_nobody_reads_is_no_error(arguments: tuple[str, ...]) -> None:
    """As `earmark list | head` makes one: silence, and the exit code of SIGPIPE."""
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [*MAIN, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (141, b"")
