"""Tests of tools/licences.py."""

from __future__ import annotations

from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest

from tools.licences import closure, gpl_libraries, is_allowed, licence_of


def installed(folder: Path, *metadata: str, files: tuple[str, ...] = ()) -> Distribution:
    """Lay out a distribution that says so much about itself."""
    info = folder / "thing-1.0.dist-info"
    info.mkdir()
    lines = ("Metadata-Version: 2.4", "Name: thing", "Version: 1.0", *metadata)
    (info / "METADATA").write_text("\n".join(lines))
    (info / "RECORD").write_text("\n".join(f"{file},," for file in files))
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    return PathDistribution(info)


@pytest.mark.parametrize(
    "expression",
    [
        "MIT",
        "LGPL-2.1-or-later",
        "GPL-3.0-only OR MIT",
        "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
        "(GPL-2.0-only OR ISC) AND MIT",
    ],
)
def test_what_leaves_us_a_good_licence_is_allowed(expression: str) -> None:
    """Every part needs an allowed licence; of alternatives one is enough."""
    assert is_allowed(expression)


@pytest.mark.parametrize(
    "expression", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "Proprietary", "", "(MIT", "MIT MIT"]
)
def test_what_does_not_is_refused(expression: str) -> None:
    """The GPL, the unknown and the unreadable are all refused."""
    assert not is_allowed(expression)


def test_the_expression_goes_before_classifiers(tmp_path: Path) -> None:
    """The newer field is the one that is meant."""
    metadata = ("License-Expression: ISC", "Classifier: License :: OSI Approved :: MIT License")
    assert licence_of(installed(tmp_path, *metadata)) == "ISC"


def test_a_gpl_classifier_is_seen(tmp_path: Path) -> None:
    """A second classifier that names the GPL cannot hide behind a good one."""
    head = "Classifier: License :: OSI Approved :: "
    lines = (f"{head}MIT License", f"{head}GNU General Public License v3 (GPLv3)")
    assert not is_allowed(licence_of(installed(tmp_path, *lines)))


def test_a_distribution_that_says_nothing_is_refused(tmp_path: Path) -> None:
    """Unknown is not allowed."""
    assert not is_allowed(licence_of(installed(tmp_path)))


@pytest.mark.parametrize(
    "file", ["thing.libs/libx264-d6533a8d.so.165", "thing/.dylibs/libx264.165.dylib"]
)
def test_a_gpl_library_inside_a_wheel_is_found(tmp_path: Path, file: str) -> None:
    """Libraries are known by their stems, whatever a wheel builder appended."""
    found = installed(tmp_path, files=(file, "thing.libs/libopus-114e2b1a.so.0"))
    assert list(gpl_libraries(found)) == ["x264"]


def test_the_closure_reaches_what_dependencies_need() -> None:
    """Numba's own dependency llvmlite is among what Earmark installs."""
    names = [found.name for found in closure("earmark", ())]
    assert {"numpy", "numba", "llvmlite"} <= set(names)
    assert "earmark" not in names
