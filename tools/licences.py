"""Checks that everything Earmark installs may be used by an MIT project.

Permissive licences and those that bind only the library itself (LGPL, MPL) are fine; the GPL is
not, and what says nothing fails until it is listed below with a reason. Wheels also carry shared
libraries that their metadata does not speak of; those under the GPL are looked for by name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "earmark"
EXTRAS = ("all", "dev")

ALLOWED = frozenset(
    """
    0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 ISC MIT MIT-0 MIT-CMU PSF-2.0 Unlicense Zlib
    LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-2.0
    """.split()
)
"""SPDX identifiers."""

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Trove classifiers and what they are in SPDX."""

LISTED: dict[str, tuple[str, str]] = {
    "axe-playwright-python": ("MIT AND MPL-2.0", "its LICENSE; the head of its axe.min.js"),
}
"""Distributions without a readable licence: its SPDX expression, and how we know."""

CARRIED: dict[str, tuple[str, str]] = {
    "preact 11.2.0": ("MIT", "page/vendor/preact-LICENSE.txt"),
    "htm 3.1.1": ("Apache-2.0", "page/vendor/htm-LICENSE.txt"),
    "swagger-ui-dist 5.35.0": ("Apache-2.0", "server/swagger/LICENSE"),
}
"""What others wrote and the package carries: its SPDX expression, and where its text lies."""

PACKAGE = Path(__file__).parent.parent / "src" / "earmark"

GPL_LIBRARIES = frozenset(
    "x264 x265 xvidcore vidstab rubberband postproc fftw3 fftw3f cdio smbclient zvbi davs2 "
    "xavs xavs2 frei0r samplerate_gpl mad".split()
)
"""Shared libraries under the GPL that media wheels are known to carry, by their stems."""

TOLERATED = {
    ("av", "x264"): "video encoder",
    ("av", "x265"): "video encoder",
}
"""GPL libraries inside wheels that we live with.

PyAV's wheels link FFmpeg to x264 and x265. Earmark opens no video codec and does not distribute
these wheels: pip fetches them from PyAV's authors, and the MIT licence goes together with the
GPL. Who ships them in one bundle with Earmark (an image, an installer) must follow the GPL for
that bundle, or build PyAV against an FFmpeg without them (`pip install --no-binary av av`).
"""

LIBRARY_NAME = re.compile(r"lib(?P<stem>\w+?)(?:-[0-9a-f]{8})?(?:\.\d+)*\.(?:so|dylib)(?:\.\d+)*$")


def main() -> int:
    """Print every distribution with its licence; return 1 if one of them may not be used."""
    problems: list[str] = []
    for installed in closure(ROOT, EXTRAS):
        licence = licence_of(installed)
        print(f"{installed.name:20} {installed.version:12} {licence or 'unknown'}")
        if not licence:
            problems.append(f"{installed.name}: no licence that we can read")
        elif not is_allowed(licence):
            problems.append(f"{installed.name}: {licence}")
        for stem in gpl_libraries(installed):
            reason = TOLERATED.get((installed.name, stem))
            print(f"{'':20} carries {stem}: GPL, {reason or 'not tolerated'}")
            if reason is None:
                problems.append(f"{installed.name} carries {stem}, which is under the GPL")
    problems += carried_problems()
    for problem in problems:
        print(f"not allowed: {problem}", file=sys.stderr)
    return 1 if problems else 0


def carried_problems() -> list[str]:
    """Print what the package carries, and return what speaks against it."""
    problems: list[str] = []
    for name, (licence, text) in CARRIED.items():
        print(f"{name:33} {licence}")
        if not is_allowed(licence):
            problems.append(f"{name}: {licence}")
        if not (PACKAGE / text).is_file():
            problems.append(f"{name}: its licence is not at {text}")
    return problems


def closure(root: str, extras: tuple[str, ...]) -> list[Distribution]:
    """Return everything that `root` with these extras needs on this platform, sorted by name."""
    found: dict[str, Distribution] = {}
    waiting = [(root, frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        key = (canonicalize_name(name), wanted)
        if key in seen:
            continue
        seen.add(key)
        found[key[0]] = distribution(name)
        waiting += _requirements(found[key[0]], wanted)
    del found[canonicalize_name(root)]
    return [found[name] for name in sorted(found)]


def licence_of(installed: Distribution) -> str:
    """Return a distribution's SPDX expression, from the best of its metadata; empty if none."""
    if installed.name in LISTED:
        return LISTED[installed.name][0]
    if expression := _field(installed, "License-Expression"):
        return expression
    classifiers = [
        text.split(" :: ")[-1] for text in installed.metadata.get_all("Classifier") or ()
    ]
    known = [CLASSIFIERS[text] for text in classifiers if text in CLASSIFIERS]
    gpl = [text for text in classifiers if "General Public License" in text]
    return " AND ".join([*known, *gpl]) or _field(installed, "License")


def is_allowed(expression: str) -> bool:
    """Say whether an SPDX expression leaves us a licence in ALLOWED."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    allowed, rest = _any_of(tokens)
    return allowed and not rest


def gpl_libraries(installed: Distribution) -> Iterator[str]:
    """Yield the stems of known GPL libraries among a distribution's files."""
    names = {PurePath(file).name for file in installed.files or ()}
    matches = (LIBRARY_NAME.match(name) for name in sorted(names))
    yield from (found["stem"] for found in matches if found and found["stem"] in GPL_LIBRARIES)


def _requirements(
    installed: Distribution, extras: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    for text in installed.requires or ():
        needed = Requirement(text)
        environments = [{"extra": extra} for extra in extras or {""}]
        if not needed.marker or any(needed.marker.evaluate(chosen) for chosen in environments):
            yield needed.name, frozenset(needed.extras)


def _field(installed: Distribution, name: str) -> str:
    """One line of the metadata; empty if it is missing, or holds a whole licence's text."""
    text: str = (installed.metadata.get_all(name) or [""])[0]
    return text if "\n" not in text else ""


def _any_of(tokens: list[str]) -> tuple[bool, list[str]]:
    allowed, rest = _all_of(tokens)
    while rest[:1] == ["OR"]:
        other, rest = _all_of(rest[1:])
        allowed = allowed or other
    return allowed, rest


def _all_of(tokens: list[str]) -> tuple[bool, list[str]]:
    allowed, rest = _one(tokens)
    while rest[:1] == ["AND"]:
        other, rest = _one(rest[1:])
        allowed = allowed and other
    return allowed, rest


def _one(tokens: list[str]) -> tuple[bool, list[str]]:
    """One licence, perhaps with an exception (which only ever grants more), or a parenthesis."""
    if not tokens:
        return False, []
    if tokens[0] == "(":
        allowed, rest = _any_of(tokens[1:])
        return allowed and rest[:1] == [")"], rest[1:]
    rest = tokens[3:] if tokens[1:2] == ["WITH"] else tokens[1:]
    return tokens[0] in ALLOWED, rest


if __name__ == "__main__":
    sys.exit(main())
