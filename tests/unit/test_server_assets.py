from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import httpx
import pytest
from hatchling.builders.wheel import WheelBuilder

from earmark.server import assets
from earmark.server.assets import PAGE, POLICY, index_of, modules_of, read_files, version_of
from tests.serving import Running
from tools.licences import CARRIED, carried_problems

ROOT = Path(__file__).parents[2]

VENDORED = {
    "vendor/preact.js": "bdcbd9abdf2c77c5c45326eab42191e949222d479d0d5f69467387a77040cb55",
    "vendor/hooks.js": "e862ab2973aa6455eaa0f77c5d832d2157d6be59a17c8ba546550a575b58c6b4",
    "vendor/htm.js": "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4",
}
"""SHA-256 of the files in npm's packages preact 11.2.0 and htm 3.1.1."""

SOURCE_MAPS = {
    "vendor/preact.js": b"\n//# sourceMappingURL=preact.mjs.map\n",
    "vendor/hooks.js": b"\n//# sourceMappingURL=hooks.mjs.map\n",
    "vendor/htm.js": b"\n",
}
"""What was left out at the end."""

INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:")


def test_the_page_comes_from_this_server_alone(server: Running) -> None:
    """Nothing in it is inline, and its policy lets a browser fetch nothing from elsewhere."""
    shown = httpx.get(server.url)
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.headers["content-security-policy"] == POLICY
    assert not INLINE.search(shown.text)
    assert "//" not in re.sub(r"<!--.*?-->", "", shown.text.replace("<!doctype html>", ""))
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_the_page_is_asked_for_and_its_files_are_kept(server: Running) -> None:
    """The page names the version of the files, so that these never change."""
    shown = httpx.get(server.url)
    (script,) = re.findall(r'<script type="module" src="(.*)">', shown.text)
    file = httpx.get(f"{server.url}/{script}")
    assert shown.headers["cache-control"] == "no-cache"
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["content-type"] == "text/javascript; charset=utf-8"
    assert file.content == (PAGE / "app.js").read_bytes()


def test_what_the_first_view_needs_is_fetched_at_once(server: Running) -> None:
    """The page names every module that the first imports, and each of them is there."""
    links = re.findall(r'<link rel="modulepreload" href="(.*)">', httpx.get(server.url).text)
    names = [link.split("/", 2)[2] for link in links]
    assert names == modules_of(read_files(PAGE), "app.js")
    assert {"app.js", "vendor/preact.js", "views/listen.js"} <= set(names)
    assert "views/library.js" not in names
    assert {httpx.get(f"{server.url}/{link}").status_code for link in links} == {200}


def test_files_are_packed_for_those_who_can_unpack_them(server: Running) -> None:
    """The page is sent under gzip, and as it is to who does not ask for that."""
    packed = httpx.get(server.url, headers={"Accept-Encoding": "gzip"})
    plain = httpx.get(server.url, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


@pytest.mark.parametrize("name", ["nothing.js", "../errors.py", "..%2ferrors.py", "vendor"])
def test_no_other_file_is_served(server: Running, name: str) -> None:
    """None beside the folder, and none that is not there."""
    version = version_of(read_files(PAGE))
    missing = httpx.get(f"{server.url}/page/{version}/{name}", follow_redirects=True)
    assert missing.status_code == 404
    assert missing.json()["type"] == "urn:earmark:problem:not-found"


def test_a_file_of_another_version_is_not_served(server: Running) -> None:
    """A page that is older than the server would mix what does not fit together."""
    assert httpx.get(f"{server.url}/page/0000000000000000/app.js").status_code == 404


def test_the_version_tells_any_two_states_of_the_files_apart() -> None:
    """Another content, another name and a byte that moved to the next file each make a new one."""
    states = [{"a": b"1"}, {"a": b"2"}, {"b": b"1"}, {"a": b"1", "b": b""}, {"a": b"", "b": b"1"}]
    assert len({version_of(state) for state in states}) == len(states)


def test_only_what_is_imported_in_any_case_is_named() -> None:
    """Directly or not, in either direction, but no module that is fetched when it is wanted."""
    files = {
        "app.js": b'import {\n  a,\n} from "./in/a.js";\nexport { b } from "./in/b.js";\n'
        b'const load = () => import("./late.js");\n',
        "in/a.js": b'import "./b.js";\n// from "./nothing.js"\n',
        "in/b.js": b'import { c } from "../c.js";\n',
        "c.js": b'import { app } from "./app.js";\n',
        "late.js": b"",
    }
    assert modules_of(files, "app.js") == ["app.js", "in/a.js", "in/b.js", "c.js"]


def test_every_module_of_the_page_imports_what_is_there() -> None:
    """Views that are fetched later, too."""
    files = read_files(PAGE)
    assert all(modules_of(files, name) for name in files if name.endswith(".js"))


def test_the_page_tells_no_address_without_its_version() -> None:
    """Each file that it names is one of the folder."""
    files = read_files(PAGE)
    page = index_of(files, "v1").decode()
    names = re.findall(r'(?:href|src)="(.*?)"', page)
    assert {name.removeprefix("page/v1/") for name in names} <= files.keys()


@pytest.mark.parametrize("name", VENDORED)
def test_vendored_modules_are_those_of_npm(name: str) -> None:
    """But for the address of Preact and the comment that names a source map."""
    body = (PAGE / name).read_bytes()
    original = body.replace(b'from"./preact.js"', b'from"preact"').rstrip(b"\n")
    assert hashlib.sha256(original + SOURCE_MAPS[name]).hexdigest() == VENDORED[name]


def test_licences_of_vendored_modules_lie_beside_them() -> None:
    """Each package's, as it came, and named in the list of what others wrote."""
    listed = (PAGE / "vendor" / "README.md").read_text(encoding="utf-8")
    licences = {"preact-LICENSE.txt": "MIT License", "htm-LICENSE.txt": "Apache License"}
    for name, words in licences.items():
        assert words in (PAGE / "vendor" / name).read_text(encoding="utf-8")
        assert name in listed
    assert {Path(name).name for name in VENDORED} == {
        path.name for path in (PAGE / "vendor").glob("*.js")
    }


def test_the_wheel_has_every_file_of_the_page() -> None:
    """Who installs it has the page, and needs no Node."""
    built = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"earmark/page/{name}" for name in read_files(PAGE)} <= built
    assert "earmark/page/index.html" in built


def test_the_check_of_licences_knows_vendored_packages() -> None:
    """`make check` looks at them, as at what is installed."""
    listed = (PAGE / "vendor" / "README.md").read_text(encoding="utf-8")
    packages = set(re.findall(r"\| (\S+ [\d.]+) \|", listed))
    assert packages == {"preact 11.2.0", "htm 3.1.1"}
    assert packages <= CARRIED.keys()
    assert carried_problems() == []


def test_small_files_and_pictures_are_not_packed() -> None:
    """They would hardly shrink."""
    assert assets.asset_of("a.js", b"x" * 100).packed is None
    assert assets.asset_of("a.png", b"x" * 1000).packed is None
    assert gzip.decompress(assets.asset_of("a.js", b"x" * 1000).packed or b"") == b"x" * 1000


IMPORTS = re.compile(r'(?:from|import)\s*\(?\s*"(\.[^"]+)"|new URL\(\s*"(\.[^"]+\.js)"')
ENTRANCES = {"app.js", "theme.js", "audio/pcm-worklet.js"}
"""Modules that are not imported: a browser is given them by name."""


def imported(name: str) -> set[str]:
    """The modules that a module of the page imports, by their place in it."""
    found = IMPORTS.findall((PAGE / name).read_text())
    places = {(PAGE / name).parent / (one or other) for one, other in found}
    return {place.resolve().relative_to(PAGE.resolve()).as_posix() for place in places}


def test_modules_import_what_is_there_and_all_are_imported() -> None:
    """A missing module breaks a view only when somebody looks at it; a spare one is dead code."""
    names = {file.relative_to(PAGE).as_posix() for file in PAGE.rglob("*.js")}
    wanted = ENTRANCES.union(*map(imported, names))
    assert sorted(wanted - names) == []
    assert sorted(names - wanted) == []
