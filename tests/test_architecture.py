"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "earmark"
MODULES = sorted(PACKAGE.rglob("*.py"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])

LAYERS = (
    ("errors", "types"),
    ("params",),
    ("units", "kernels", "parallel", "spreadsheets", "sqlfiles", "searchable", "texts"),
    ("axis", "elias_fano", "fourier", "sqlitefile"),
    ("audio", "spectrogram", "peaks", "prominence", "landmarks", "tape", "packing"),
    ("sketch",),
    ("fingerprint",),
    ("matching", "stores", "recording"),
    ("clip_peaks",),
    ("answers", "workers"),
    ("ingest",),
    ("library",),
    ("scanning", "explaining", "duplicates", "searching"),
    ("sources",),
    ("live",),
    ("operations",),
    ("archives",),
    ("evaluation", "pictures"),
    ("jsonable",),
    ("sinks", "timelines"),
    ("demo",),
    ("settings",),
    ("server",),
    ("cli",),
    ("__main__",),
)
"""From the ground up: a module imports from its own part and from the layers below it."""

OWNERS = {
    "av": ("audio", "evaluation.codecs", "evaluation.stretching"),
    "cryptography": ("server.certificates",),
    "httpcore": ("sources",),
    "jinja2": ("evaluation.page",),
    "matplotlib": ("evaluation.plots", "pictures"),
    "numba": ("kernels",),
    "platformdirs": ("kernels", "settings"),
    "psycopg": ("operations.postgres", "stores.postgres"),
    "rapidfuzz": ("searching.ranking",),
    "rich": ("cli", "demo"),
    "soundfile": ("audio",),
    "sounddevice": ("sources.microphone",),
    "sqlite3": ("operations", "server", "sqlitefile", "stores"),
    "fastapi": ("server",),
    "prometheus_client": ("server",),
    "starlette": ("server",),
    "uvicorn": ("server",),
    "typer": ("cli",),
    "zstandard": ("archives.binary",),
}
"""The only places that may import these."""

MOST_LINES = 600

PATH_IN_TEXT = re.compile(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:py|md|toml))`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def module_name(path: Path) -> str:
    """A module's dotted name below `earmark`; empty for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix("__init__").removesuffix(".")


NAMES = {f"earmark.{module_name(path)}" for path in MODULES}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in NAMES else node.module or ""


def layer(part: str) -> int:
    """How far above the ground a part of the package stands."""
    return next(height for height, parts in enumerate(LAYERS) if part in parts)


def within(module: str, owners: tuple[str, ...]) -> bool:
    """Whether a module is one of these places or inside one."""
    return any(module == owner or module.startswith(f"{owner}.") for owner in owners)


@pytest.mark.parametrize("path", [path for path in MODULES if module_name(path)], ids=module_name)
def test_imports_point_down(path: Path) -> None:
    """A module imports from its own part or from a lower layer, never sideways or up."""
    part = module_name(path).split(".")[0]
    wanted = {name.split(".")[1] for name in imports(path) if name.startswith("earmark.")}
    assert not {other for other in wanted - {part} if layer(other) >= layer(part)}


def test_imports_have_no_cycles() -> None:
    """No module needs itself, however long the way round; a package's face needs all behind it."""
    inner = [path for path in MODULES if path.name != "__init__.py"]
    wanted = {f"earmark.{module_name(path)}": set(imports(path)) for path in inner}
    TopologicalSorter(wanted).prepare()


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_foreign_libraries_stay_with_their_owners(path: Path) -> None:
    """Decoders, databases and terminals are each known in one place only."""
    used = {name.split(".")[0] for name in imports(path)}
    strays = {name for name in used & OWNERS.keys() if not within(module_name(path), OWNERS[name])}
    assert not strays


def test_every_import_is_a_declared_dependency() -> None:
    """Nothing is imported that an installation of Earmark might lack."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["all"]]
    declared = {re.split(r"\W", text)[0] for text in wanted}
    used = {name.split(".")[0] for path in MODULES for name in imports(path)}
    assert used <= declared | set(sys.stdlib_module_names) | {"earmark"}


def test_only_the_edge_reads_the_environment() -> None:
    """Below the command line, what a thing needs is handed to it."""
    readers = {
        module_name(path)
        for path in MODULES
        if re.search(r"\benviron\b|\bgetenv\b", path.read_text(encoding="utf-8"))
    }
    assert {name for name in readers if not within(name, ("settings", "cli"))} == set()


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """No file has more than 600 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.name != "__init__.py"],
    ids=module_name,
)
def test_every_module_has_its_tests(path: Path) -> None:
    """A module's tests are in a file with its name, with or without the name of its folder."""
    name = module_name(path)
    wanted = {f"test_{name.replace('.', '_')}.py", f"test_{name.split('.')[-1]}.py"}
    assert wanted & {test.name for test in ROOT.glob("tests/*/test_*.py")}


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_the_map_shows_every_module(path: Path) -> None:
    """ARCHITECTURE.md names each module by its path; commands stand together as their folder."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    own, folder = path.relative_to(ROOT).as_posix(), path.parent.relative_to(ROOT).as_posix()
    assert path.name == "__init__.py" or f"`{own}`" in text or f"`{folder}/`: " in text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_a_document_exists(document: Path) -> None:
    """What a document names in backquotes as a path of the project is there."""
    found = PATH_IN_TEXT.findall(document.read_text(encoding="utf-8"))
    ours = [path for path in found if (ROOT / path.split("/")[0]).exists() or "/" not in path]
    places = (ROOT, document.parent)
    assert [path for path in ours if not any((place / path).exists() for place in places)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_resolves(document: Path) -> None:
    """A link to another file of the project leads somewhere."""
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
