"""What archives take: time, memory and bytes of an export and an import.

    python -m benchmarks.archives LIBRARY [--folder FOLDER] [--address postgresql://...]
    python -m benchmarks.archives LIBRARY --only restore --pending-mb 16

Each step runs in a process of its own, so that the peak of its memory is its own, kernels and all.
The library is opened, which brings an older one to today's schema: give it a copy. What lies at the
address is replaced; of PostgreSQL, only the client's memory is told. --pending-mb is how much of
landmarks a block keeps before it writes them (`stores.session.MOST_PENDING_BYTES`).
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from earmark import (
    Library,
    copy_library,
    export_library,
    import_archive,
    restore_backup,
    verify_archive,
)
from earmark.archives.target import open_target
from earmark.stores import session

FORMS = ("earmarks", "jsonl")
HOUR_S = 3600
MB = 1e6


def main() -> None:
    """Measure all steps, or be the process of one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary one unless given")
    parser.add_argument("--address", help="a library in PostgreSQL to restore into, too")
    parser.add_argument("--only", default="", help="just the steps with this text in their names")
    parser.add_argument("--pending-mb", type=int, default=session.MOST_PENDING_BYTES >> 20)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        session.MOST_PENDING_BYTES = options.pending_mb << 20
        _be(options.step, options.library, options.folder, options.address)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        _measure(options, Path(folder))


def _measure(options: argparse.Namespace, folder: Path) -> None:
    library = options.library
    with Library.open(library, create=False) as opened:
        counts = opened.stats()
    hours = counts.duration_s / HOUR_S
    print(f"{counts.tracks:,} tracks, {hours:,.0f} hours")
    print("| step | seconds | of CPU | memory at most | MB an hour |\n|---|--:|--:|--:|--:|")
    each = ("export", "import", "import again", "verify")
    steps = [f"{step} {form}" for form in FORMS for step in each]
    # the same library twice: first into an empty one, then in the place of another
    steps += ["copy", *[f"restore {FORMS[0]}"] * 2]
    steps += [f"restore into PostgreSQL {FORMS[0]}"] * 2 if options.address else []
    for step in steps:
        if options.only in step or step.startswith("export"):
            _show(step, options, folder, hours)
    for name, size in (("catalogue", counts.catalogue_bytes), ("index", counts.index_bytes)):
        print(f"| the library's {name} | | | | {size / MB / hours:.3f} |")


def _show(step: str, options: argparse.Namespace, folder: Path, hours: float) -> None:
    command = [sys.executable, "-m", "benchmarks.archives", str(options.library)]
    command += ["--folder", str(folder), "--pending-mb", str(options.pending_mb)]
    command += ["--address", options.address] if options.address else []
    done = subprocess.run(
        [*command, "--step", step], check=True, capture_output=True, text=True
    ).stdout.split()
    seconds, cpu_s, peak, size = map(float, done)
    each = f"{size / MB / hours:.3f}" if size else ""
    print(f"| {step} | {seconds:.1f} | {cpu_s:.1f} | {peak / MB:.0f} MB | {each} |", flush=True)


def _be(step: str, library: Path, folder: Path, address: str) -> None:
    """Do a step; print its seconds, those of CPU, its peak of memory and the bytes it wrote."""
    what, _, form = step.rpartition(" ")
    archive = folder / f"archive.{form}"
    if what == "import":
        shutil.rmtree(folder / "imported.earmark", ignore_errors=True)
    with Library.open("memory:") as nothing:
        nothing.warm_up()
    began, cpu = time.monotonic(), time.process_time()
    size = _steps(library, folder, archive, address)[what or form]()
    seconds, cpu_s = time.monotonic() - began, time.process_time() - cpu
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, cpu_s, peak, size)


def _steps(
    library: Path, folder: Path, archive: Path, address: str
) -> dict[str, Callable[[], int]]:
    def export() -> int:
        with Library.open(library, create=False) as source:
            return export_library(source, str(archive)).size_bytes

    def import_() -> int:
        with (
            Library.open(library, create=False) as source,
            open_target(folder / "imported.earmark", source.params) as target,
        ):
            _require(complete=import_archive(target, str(archive)).complete)
        return 0

    def copy() -> int:
        with (
            Library.open(library, create=False) as source,
            open_target(folder / "copied.earmark", source.params) as target,
        ):
            _require(complete=copy_library(source, target).complete)
        return 0

    def verify() -> int:
        verify_archive(str(archive))
        return 0

    def restore(place: str) -> int:
        _require(complete=restore_backup(archive, place).complete)
        return 0

    return {
        "export": export,
        "import": import_,
        "import again": import_,
        "verify": verify,
        "copy": copy,
        "restore": lambda: restore(f"sqlite:///{folder / 'restored.db'}"),
        "restore into PostgreSQL": lambda: restore(address),
    }


def _require(*, complete: bool) -> None:
    if not complete:
        sys.exit("something was lost on the way")


if __name__ == "__main__":
    main()
