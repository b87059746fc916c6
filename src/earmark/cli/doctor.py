"""`earmark doctor`."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earmark.cli import text
from earmark.cli.edge import NONE_FOUND, in_words, naming, remedied
from earmark.cli.options import DebugOption, JsonOption, LibraryOption
from earmark.errors import LibraryError, LibraryNotFoundError
from earmark.settings import library_location
from earmark.stores.location import presentable

if TYPE_CHECKING:
    from rich.text import Text

    from earmark.audio import Supported

PACKAGES = {"NumPy": "numpy", "Numba": "numba", "PyAV": "av", "soundfile": "soundfile"}


@dataclass(slots=True)
class Findings:
    """What the doctor saw."""

    versions: dict[str, str]
    supported: Supported
    kernels: Path
    kernels_writable: bool
    location: str
    library: dict[str, Any] | None = None
    """Counts and sizes; none if there is no library, or it cannot be opened."""
    notes: list[str] = field(default_factory=list)
    """What could be better about where the library lives."""
    problems: list[dict[str, str]] = field(default_factory=list)
    """What is wrong, and what to do about it."""

    def add(self, what: str, cause: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append({"what": what, "cause": cause, "remedy": remedy})


def doctor(
    library: LibraryOption = None,
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Read and check every byte of the library.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Examine this installation and the library, and say what to do if something is wrong.

    The exit code is 0 if all is well, and 1 if something needs attention.

    For example:

        earmark doctor
        earmark doctor --deep --json
    """
    with in_words(debug=debug):
        findings = examine(library_location(library), deep=deep)
        if as_json:
            _print_json(findings)
        else:
            _print_words(findings)
        raise typer.Exit(NONE_FOUND if findings.problems else 0)


def examine(location: str, *, deep: bool) -> Findings:
    """Look at the installation and at one library."""
    from earmark.audio import supported
    from earmark.kernels import cache_dir

    kernels = cache_dir()
    findings = Findings(_versions(), supported(), kernels, _is_writable(kernels), location)
    _examine_installation(findings)
    _examine_library(findings, deep=deep)
    return findings


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    from earmark.audio import library_versions
    from earmark.stores.sqlite.connections import SQLITE_VERSION

    packages = {name: version(package) for name, package in PACKAGES.items()}
    return {
        "Earmark": version("earmark"),
        "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        **packages,
        **library_versions(),
        "SQLite": SQLITE_VERSION,
    }


def _examine_installation(findings: Findings) -> None:
    supported = findings.supported
    if supported.missing_containers:
        names = ", ".join(supported.missing_containers)
        remedy = "install PyAV's own wheel: pip install --force-reinstall --only-binary av av"
        findings.add("FFmpeg", f"it was built without {names}", remedy)
    if not supported.can_preview:
        remedy = "install PyAV's own wheel, or do without --media preview"
        findings.add("FFmpeg", "it was built without the Opus encoder", remedy)
    if "libsndfile" not in findings.versions:
        remedy = "pip install --force-reinstall soundfile"
        findings.add("libsndfile", "it cannot be loaded; some odd files will not play", remedy)
    if not findings.kernels_writable:
        cause = f"{findings.kernels} cannot be written, so every start compiles the kernels anew"
        findings.add("kernels", cause, "make it writable, or set XDG_CACHE_HOME")


def _examine_library(findings: Findings, *, deep: bool) -> None:
    from earmark import jsonable
    from earmark.library import Library

    try:
        with Library.open(findings.location, create=False) as library:
            axis = library.params.peaks.axis
            findings.library = jsonable.stats(library.stats(), library.location, axis)
            findings.notes = library.store.notes()
            for problem in library.check(deep=deep):
                what = f"{problem.what} {problem.name}"
                findings.add(what, problem.cause, naming("earmark repair", findings.location))
    except LibraryNotFoundError:
        return
    except LibraryError as error:
        cause, _, remedy = remedied(error.cause, findings.location).partition("; ")
        findings.add("library", cause, remedy)


def _is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, which need not exist yet."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return os.access(existing, os.W_OK | os.X_OK)


def _print_json(findings: Findings) -> None:
    from earmark import jsonable

    shape = {
        "healthy": not findings.problems,
        "versions": findings.versions,
        "containers": findings.supported.containers,
        "codecs": findings.supported.codecs,
        "kernels": {"folder": str(findings.kernels), "writable": findings.kernels_writable},
        "location": presentable(findings.location),
        "library": findings.library,
        "notes": findings.notes,
        "problems": findings.problems,
    }
    print(jsonable.dumps(shape))


def _print_words(findings: Findings) -> None:
    from rich.text import Text

    from earmark.cli import screen

    supported = findings.supported
    rows: list[tuple[str, object]] = [
        *findings.versions.items(),
        ("containers", f"{len(supported.containers)}: {' '.join(supported.containers)}"),
        ("codecs", f"{len(supported.codecs)}: {' '.join(supported.codecs)}"),
        ("kernels", findings.kernels),
        ("library", presentable(findings.location)),
        ("tracks", _tracks(findings)),
        *(("note", note) for note in findings.notes),
    ]
    console = screen.stdout()
    screen.show(screen.details(rows))
    for problem in findings.problems:
        console.print(_problem_text(problem), soft_wrap=True)
    if not findings.problems:
        console.print(Text.assemble(("✓ ", "bold green"), "all is well"))


def _tracks(findings: Findings) -> str:
    if findings.library is None:
        if findings.problems:
            return "none that can be used"
        return f"none yet; add some: {naming('earmark add', findings.location)} PATH"
    length = text.clock(findings.library["duration_s"])
    return f"{findings.library['tracks']:,}, {length} of music"


def _problem_text(problem: dict[str, str]) -> Text:
    from rich.text import Text

    said = text.printable(f"{problem['what']}: {problem['cause']}")
    remedy = f"\n    {text.printable(problem['remedy'])}" if problem["remedy"] else ""
    return Text.assemble(("! ", "bold red"), said, (remedy, "bold"))
